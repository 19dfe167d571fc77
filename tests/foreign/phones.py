"""Compares phone numbers as rolo reads them with how Google's library does.

The file has lines of JSON: `text`, `country` (or null), what `rolo` makes of it, and the `reason` why Google's library makes something
else of it (empty where it does not). Prints a line for each that is otherwise, and then exits with 1.
"""

import json
import sys

import phonenumbers


def google(text, country):
    """The number in E.164; null if it is none, is not valid, or has no country."""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def main():
    different = 0
    with open(sys.argv[1], encoding="utf-8") as lines:
        for line in lines:
            asked = json.loads(line)
            found = google(asked["text"], asked["country"])
            if (found == asked["rolo"]) != (asked["reason"] == ""):
                different = 1
                print(json.dumps({**asked, "google": found}, ensure_ascii=False))
    sys.exit(different)


if __name__ == "__main__":
    main()
