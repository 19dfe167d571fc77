#!/usr/bin/env python3
"""Makes the sample files of invented people; nobody in them is real.

    python3 make-samples.py [FOLDER]

Reads `gazetteer.tsv` and `sample_words.py` beside it and writes into FOLDER (default: beside it):

    people-pdl-v4.jsonl.gz   500 people as PDL v4 records
    people-pdl-v5.jsonl.gz   200 people as PDL v5 (flat) records
    leads.csv                300 leads as a spreadsheet exports them, some of them odd
    leads-odd.tsv            the odd ones: the line each begins on, what is odd, what a loader should do and why

The three sets hold different people, and no e-mail, phone, profile or id belongs to two people, but for the leads
that repeat one on purpose. Every run writes the same bytes.

What keeps the people invented: names are random pairs; companies and schools are made of invented syllables; hosts
lie under `.example`, `example.com`, `.org`, `.net`; user names hold `zq` and seven letters and digits; numbers of
profiles are above those given out; phones are of ranges kept for fiction or of North American areas N9X, which
nobody gets; postal codes are 00000 to 00499.
"""

import gzip
import hashlib
import json
import random
import re
import sys
import unicodedata
from pathlib import Path

from sample_words import (
    CERTIFICATES, COMPANY, COMPANY_ONLY, COUNTIES, COUNTRIES, CULTURES, DEGREES, END, FICTION, FIRM, FIRST, FUNCTIONS,
    HEADER, HEADS, INTERESTS, LAST, MAIL, MAIL_KINDS, MAJORS, MIDDLES, NETWORKS, NOTES, ODD, PROVIDERS, RANKS, RATE,
    REMARKS, SALARIES, SECTORS, SIZES, SOURCES, START, TAILS, TONGUES, V5_LISTS, V5_VALUES)

SEED = 20260630
NOW = 2026 * 12 + 5  # June 2026 in months; nothing is later

class Draw(random.Random):
    """Draws from `random()` alone, whose values Python promises not to change."""
    def below(self, n):
        return int(self.random() * n)

    def between(self, low, high):
        return low + self.below(high - low + 1)

    def percent(self, rate):
        return self.random() * 100 < rate

    def pick(self, choices):
        return choices[self.below(len(choices))]

    def front(self, choices):
        """The first are the most frequent."""
        return choices[min(self.below(len(choices)), self.below(len(choices)))]

    def some(self, choices, n):
        left = list(choices)
        return [left.pop(self.below(len(left))) for _ in range(min(n, len(left)))]

    def weighted(self, weights):
        """The index of a weight."""
        at, index = self.random() * sum(weights), 0
        while index < len(weights) - 1 and at >= weights[index]:
            at, index = at - weights[index], index + 1
        return index

    def text(self, length, alphabet="abcdefghijklmnopqrstuvwxyz0123456789"):
        return "".join(self.pick(alphabet) for _ in range(length))

def ascii_of(text):
    """Latin letters without accents, lower case, hyphens for all else."""
    special = str.maketrans({"ø": "o", "ł": "l", "ß": "ss", "ı": "i", "đ": "d", "'": ""})
    plain = unicodedata.normalize("NFKD", text.lower().translate(special))
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in plain if not unicodedata.combining(c))

def lower(value):
    """The value with all its texts in lower case; keys stay."""
    if isinstance(value, str):
        return value.replace("İ", "I").lower()
    if isinstance(value, list):
        return [lower(v) for v in value]
    return {k: lower(v) for k, v in value.items()} if isinstance(value, dict) else value

def joined(*parts, by=", "):
    return by.join(p for p in parts if p)

def whole_place(place):
    return place.get("name") or joined(place["city"], place["region"], place["country"])

def digest(kind, email):
    return hashlib.new(kind, email["address"].encode()).hexdigest()

def day(draw, month, exact=False):
    """The month, counted from year 0, as a date: of a day if it is exact, else of any precision."""
    text = f"{month // 12}-{month % 12 + 1:02}-{draw.between(1, 28):02}"
    return text if exact else text[:draw.pick([4, 7, 7, 10])]

def first(items, otherwise=None):
    return next(iter(items), otherwise)

class World:
    """Places, companies and schools that the people share, and the keys that are taken."""
    def __init__(self, draw, gazetteer):
        self.draw, self.taken, self.places = draw, set(), {}
        for line in gazetteer.read_text(encoding="utf-8").splitlines()[1:]:
            name, state, country, alpha2, _, continent, lat, lon, population, kind, *_ = line.split("\t")
            if kind == "city" and alpha2 in COUNTRIES:
                metro = joined(name, state) if alpha2 == "US" and int(population) > 500_000 else None
                place = dict(city=name, region=state or None, country=country, alpha2=alpha2, continent=continent, metro=metro,
                             geo=f"{float(lat):.2f},{float(lon):.2f}", county=COUNTIES.get(name) if alpha2 == "US" else None)
                self.places.setdefault(alpha2, []).append(place)
        self.companies = [self.company(n) for n in range(240)]
        self.schools = [self.school(n) for n in range(90)]

    def place(self, alpha2=None):
        return self.draw.front(self.places[alpha2 or list(COUNTRIES)[self.draw.weighted(list(COUNTRIES.values()))]])

    def stem(self, n):
        """An invented word, distinct below 2,000."""
        n = n * 719 % 2000
        return HEADS[n % 20] + MIDDLES[n // 20 % 10] + TAILS[n // 200]

    def company(self, n):
        draw, stem = self.draw, self.stem(n)
        industry, word = SECTORS[n % len(SECTORS)] if n < 60 else draw.front(SECTORS)
        size, staff, revenue = SIZES[draw.weighted([14, 22, 22, 14, 9, 10, 5, 4])]
        return dict(name=stem + " " + word + draw.pick(["", "", "", " Group", " Ltd", " Inc"]), slug=ascii_of(f"{stem}-{word}"),
                    domain=f"{stem.lower()}.example", industry=industry if n % 40 != 39 else None, staff=staff, revenue=revenue,
                    size=size if draw.percent(92) else None, founded=str(draw.between(1890, 2022)) if draw.percent(75) else None,
                    place=self.place() if draw.percent(85) else None, page=str(7_000_000_000 + n * 37_019),
                    site=draw.percent(88), pages=draw.weighted([10, 50, 40]), type=draw.front(["private", "public", "nonprofit"]))

    def school(self, n):
        stem, place, high = self.stem(1000 + n), self.place(), n % 15 == 9
        form = "{} High School" if high else self.draw.pick(["University of {}", "{} University", "{} College", "{} Institute"])
        return dict(name=form.format(stem), slug=ascii_of(form.format(stem)), domain=f"{stem.lower()}.example", place=place,
                    type="secondary school" if high else "post-secondary institution", page=str(7_000_000_000 + n * 41_011))

    def fresh(self, make):
        """What `make` gives, called until it gives something new."""
        while (key := make()) in self.taken:
            pass
        self.taken.add(key)
        return key

def invent(world, n, full=False):
    """A person, from whom any kind of record can be written. Who is `full` has everything and lives in the United States."""
    draw = world.draw
    has = {what: full or draw.percent(rate) for what, rate in RATE.items()}
    p = dict(n=n, has=has, home=world.place("US" if full else None), female=draw.percent(48), birth=draw.between(1955, 1999))
    name_person(draw, p)
    p["code"] = world.fresh(lambda: draw.text(7))
    p["since"] = (p["birth"] + 23) * 12
    p["jobs"] = jobs(world, p) if has["experience"] else []
    p["schools"] = studies(world, p) if has["education"] else []
    p["emails"] = emails(world, p) if has["email"] else []
    p["profiles"] = profiles(world, p)
    phones = draw.weighted([0, 75, 20, 5]) if has["phone"] else 0
    p["phones"] = [phone(world, p["home"]["alpha2"], full) for _ in range(phones)]
    if not (p["emails"] or p["phones"] or any(q["clean"] for q in p["profiles"])):
        p["profiles"].insert(0, linkedin(world, p, True))
    p["places"] = lived(world, p) if has["location"] else []
    function = first((j["title"]["function"] for j in p["jobs"] if j["title"] and j["title"]["function"]), FUNCTIONS[2])
    p["skills"] = draw.some(function[7].split(","), draw.between(1, 6)) if has["skills"] else []
    p["interests"] = draw.some(INTERESTS, draw.between(1, 5)) if has["interests"] else []
    return p

def name_person(draw, p):
    """Sets the names of a person, the primary one first; it may be the native spelling."""
    alpha2 = p["home"]["alpha2"]
    foreign = draw.percent(30 if alpha2 == "US" else 8)
    code, _, female, male, family = draw.pick(CULTURES) if foreign else first(c for c in CULTURES if alpha2 in c[1].split())
    words = [*draw.some((female if p["female"] else male).split(), 2), draw.pick(family.split()), draw.pick(family.split())]
    (given, own), (middle, _), (last, own_last), (other, _) = ((w.replace("_", " ") + "/").split("/")[:2] for w in words)
    suffix = draw.pick(["jr", "iii", "phd", "md"]) if code == "en" and draw.percent(3) else None
    latin = dict(first=given, middle=middle if draw.percent(14) else None, last=last, suffix=suffix)
    found = [latin]
    if own:
        whole = own_last + own if code in ("zh", "ja", "ko") else f"{own} {own_last}"
        native = dict(first=own, middle=None, last=own_last, suffix=None, whole=whole)
        found = [[native, latin], [latin, native], [latin]][draw.weighted([25, 35, 40])]
    if p["has"]["second_name"] and other != last:
        found.append(dict(first=given, middle=None, last=draw.pick([f"{last}-{other}", other]), suffix=None))
    for name in found:
        name.setdefault("whole", joined(name["first"], name["middle"], name["last"], name["suffix"], by=" "))
        name["clean"] = f"{name['first']} {name['last']}"
    p.update(names=found, latin=latin, ascii=(ascii_of(given), ascii_of(last)))

def title(draw, function):
    form, levels, levels5 = RANKS[draw.weighted([rank[0] for rank in RANKS])][1:]
    name = form.format(noun=draw.front(function[6].split(",")), area=function[4], chief=function[5])
    return dict(name=name, levels=levels, levels5=levels5, function=function if "{" in form else None)

def jobs(world, p):
    """Positions, the primary one first. Two may be open; at times a company, a title or a date is unknown."""
    draw, function, found = world.draw, world.draw.front(FUNCTIONS), []
    end = None if draw.percent(88) else NOW - draw.between(1, 40)
    for _ in range(1 + min(draw.below(6), draw.below(6))):
        start, company = (end or NOW) - draw.between(7, 80), draw.front(world.companies)
        unknown = draw.weighted([92, 4, 4]) if found else 0
        job = dict(company=company if unknown != 1 else None, place=(company["place"] or p["home"]) if draw.percent(55) else None,
                   title=title(draw, function if draw.percent(80) else draw.pick(FUNCTIONS)) if unknown != 2 else None,
                   start=day(draw, start) if draw.percent(95) else None, end=day(draw, end) if end else None, months=(start, end),
                   seen=day(draw, NOW - draw.between(1, 14), True) if draw.percent(90) else None)
        found.append(job)
        end = start - (draw.between(1, 20) if draw.percent(25) else 0)
    p["since"] = end
    if draw.percent(15):
        advisor = dict(name=draw.pick(["board member", "advisor", "mentor"]), levels=[], levels5=[], function=None)
        start = day(draw, NOW - draw.between(7, 60))
        found.insert(1, dict(company=draw.pick(world.companies), title=advisor, place=None, start=start, end=None, seen=None))
    return found

def studies(world, p):
    draw, end, found = world.draw, p["since"] // 12, []
    for _ in range(draw.weighted([0, 70, 25, 5])):
        start, school = end - draw.between(1, 5), draw.front(world.schools) if draw.percent(96) else None
        grown = not school or school["type"] != "secondary school"
        found.append(dict(school=school, degrees=[draw.front(DEGREES)] if grown and draw.percent(80) else [],
                          majors=draw.some(MAJORS, draw.weighted([20, 70, 10])) if grown else [],
                          minors=[draw.pick(MAJORS)] if grown and draw.percent(8) else [],
                          start=str(start) if draw.percent(80) else None, end=f"{end}-06" if draw.percent(15) else str(end),
                          gpa=draw.between(28, 40) / 10 if draw.percent(6) else None))
        end = start
    return found

def emails(world, p):
    """Typed addresses: of an open primary job, of a past job, personal ones."""
    draw, (given, last), code = world.draw, p["ascii"], p["code"]
    work = draw.pick([f"{given}.{last}", f"{given[0]}{last}", f"{given}_{last}"])
    hosts = [(job["company"]["domain"], job["end"]) for job in p["jobs"] if job["company"]]
    wanted = [("current_professional", work, hosts[0][0])] if hosts and not hosts[0][1] and draw.percent(85) else []
    if (past := [host for host, end in hosts if end]) and draw.percent(35):
        wanted.append((draw.pick(["professional", None]), work, past[0]))
    if draw.percent(70) or not wanted:
        local = draw.pick([f"{given}{last}{code[4:]}", f"{given}.{last}.{code[5:]}", f"{last}{code[3:]}", f"{given}+{code[5:]}"])
        wanted += [("personal", local, host) for host in draw.some(PROVIDERS, draw.weighted([0, 80, 20]))]
    found = []
    for kind, local, host in wanted:
        tries = iter(["", *range(2, 99)])
        address = world.fresh(lambda: f"{local}{next(tries)}@{host}")
        found.append(dict(address=address, local=address.split("@")[0], domain=host, type=kind))
    return found

def phone(world, alpha2, wide):
    """Country code and national number, in a range for fiction or of one of the North American areas N9X."""
    draw = world.draw
    def number():
        if alpha2 in FICTION and not wide and draw.percent(50):
            code, fronts, digits = FICTION[alpha2]
            return code, draw.pick(fronts.split()) + draw.text(digits, "0123456789")
        return "1", f"{draw.between(2, 9)}9{draw.below(10)}{draw.between(2_000_000, 9_999_999)}"
    return world.fresh(number)

def profile(network, user, clean, ids=(), aliases=(), **more):
    url = clean and f"http://www.{clean}"
    return dict(network=network, ids=list(ids), clean=clean, aliases=list(aliases), username=user, url=url, **more)

def linkedin(world, p, primary):
    """The codes of an old public URL end the new user name in the other order, without zeros at the end."""
    draw, aliases = world.draw, []
    code = p["code"] if primary else world.fresh(lambda: draw.text(7))
    slug = "-".join([*p["ascii"], "zq" + code])
    if draw.percent(20):
        a, b, c = (f"{draw.between(low, high):x}" for low, high in ((1, 255), (256, 4095), (256, 4095)))
        aliases, slug = [f"linkedin.com/pub/{slug}/{a}/{b}/{c}"], f"{slug}-{(c + b + a).rstrip('0')}"
    ids = [str(world.fresh(lambda: 7_000_000_000 + draw.below(2_000_000_000)))] if draw.percent(60) else []
    return profile("linkedin", slug, f"linkedin.com/in/{slug}", ids, aliases, is_primary=primary)

def profiles(world, p):
    """The primary LinkedIn profile first. Each network is forced upon someone, so that all occur."""
    draw, front, found = world.draw, p["ascii"][0].replace("-", ""), []
    if p["has"]["linkedin"]:
        found = [linkedin(world, p, primary) for primary in ([True, False] if draw.percent(4) else [True])]
    for at, (network, host, rate) in enumerate(NETWORKS if p["n"] >= 500 else NETWORKS[:-2]):
        if not draw.percent(rate) and p["n"] % 500 != 7 * at + 3:
            continue
        user = f"{front[:5]}_zq{p['code']}" if network == "twitter" else f"{front}{p['ascii'][1]}-zq{p['code']}"
        ids = ["9000000" + draw.text(10, "0123456789")] if network == "facebook" and draw.percent(70) else []
        if ids and draw.percent(8):
            found.append(profile(network, None, None, ids))
            continue
        host, user = (host[:-1], "@" + user) if host.endswith("@") else (host, user)
        found.append(profile(network, user, host + user, ids))
        if network == "angellist" and draw.percent(30):
            found.append(profile(network, user + "-1", host + user + "-1"))
    return found

def lived(world, p):
    """Where the person lives, the primary place first; of some places no more than region or country is known."""
    draw, found = world.draw, []
    others = (2 if draw.percent(20) else 1) if p["has"]["second_location"] else 0
    for place in [p["home"], *(world.place(draw.pick([p["home"]["alpha2"], None])) for _ in range(others))]:
        depth = 0 if p["has"]["street"] else draw.weighted([70, 25, 5] if place["county"] else [88, 7, 5])
        city = place["city"] if depth == 0 else None
        county, region = (place["county"], place["region"]) if depth < 2 else (None, None)
        kind = "locality" if city else "subregion" if county else "region" if region else "country"
        spot = dict(place, city=city, region=region, county=county, kind=kind, metro=place["metro"] if city else None,
                    seen=day(draw, NOW - draw.between(1, 50), True) if draw.percent(60) else None)
        spot["name"] = joined(city or county, region, place["country"])
        if p["has"]["street"]:
            spot.update(street=f"{draw.between(1, 300)} {world.stem(draw.below(900))} {draw.pick(['Street', 'Road', 'Lane'])}",
                        flat=f"Apt {draw.between(1, 40)}" if draw.percent(25) else None, post=f"{draw.below(500):05}")
        found.append(spot)
    return found

def v4_company(c):
    if not c:
        return None
    hq = c["place"] if c["place"] and c["place"]["region"] else None
    return dict(name=c["name"], size=c["size"], founded=c["founded"], industry=c["industry"],
                location=hq and dict(locality=hq["city"], region=hq["region"], country=hq["country"]),
                profiles=[f"linkedin.com/company/{page}" for page in (c["slug"], c["page"])][:c["pages"]],
                website=c["domain"] if c["site"] else None)

def v4_title(t):
    return t and dict(name=t["name"], levels=t["levels"], functions=[t["function"][0]] if t["function"] else [])

def v4_location(place):
    kind = place.get("kind", "locality")
    return dict(name=whole_place(place), locality=place["city"], region=place["region"], subregion=place["county"],
                country=place["country"], continent=place["continent"], type=kind, geo=place["geo"] if place["city"] else None,
                postal_code=place.get("post"), zip_plus_4=None, street_address=place.get("street"),
                address_line_2=place.get("flat"))

def v4_experience(at, j):
    return dict(company=v4_company(j["company"]), locations=[v4_location(j["place"])] if j["place"] else [],
                start_date=j["start"], end_date=j["end"], title=v4_title(j["title"]), type=None, is_primary=at == 0,
                most_recent=at == 0, last_updated=j["seen"])

def v4_education(s):
    raw = s["school"]
    school = raw and dict(name=raw["name"], type=raw["type"], location=whole_place(raw["place"]), website=raw["domain"],
                          profiles=[f"linkedin.com/edu/{raw['slug']}-{raw['page']}"])
    return dict(school=school, degrees=s["degrees"], start_date=s["start"], end_date=s["end"], majors=s["majors"],
                minors=s["minors"], gpa=s["gpa"], locations=[])

def v4_primary(p, record):
    """What the arrays of the record mark as primary, reduced."""
    job, place, name = first(record["experience"]), first(record["locations"]), p["names"][0]
    if job:
        job = {k: v for k, v in job.items() if k not in ("type", "is_primary", "most_recent")}
        job["locations"] = [{k: spot[k] for k in ("name", "locality", "region", "country")} for spot in job["locations"]]
    if place:
        place = {k: place[k] for k in ("name", "locality", "region", "country", "continent", "last_updated")}
    mail = {kinds: [e["address"] for e in p["emails"] if e["type"] in kinds] for kinds in MAIL_KINDS}
    personal, work, other = mail.values()
    return dict(job=job, location=place, personal_emails=personal, work_emails=work, other_emails=other,
                name=dict(first_name=name["first"], middle_name=name["middle"], last_name=name["last"], clean=name["clean"]),
                industry=first(i["name"] for i in record["industries"] if i["is_primary"]),
                linkedin=first(q["clean"] for q in p["profiles"] if q.get("is_primary")))

def v4_name(at, m):
    return dict(first_name=m["first"], last_name=m["last"], suffix=m["suffix"], middle_name=m["middle"],
                middle_initial=m["middle"] and m["middle"][0], name=m["whole"], clean=m["clean"], is_primary=at == 0)

def v4_phone(code, rest):
    return dict(E164=f"+{code}{rest}", number=f"+{code}{rest}", type=None, country_code=code, national_number=rest,
                area_code=rest[:3] if code == "1" else None)

def v4(p, draw):
    """The record of PDL v4: every key present, null or [] where nothing is known."""
    has, worked = p["has"], [j["company"]["industry"] for j in p["jobs"] if j["company"]]
    worked = [COMPANY_ONLY.get(industry, industry) for industry in worked]
    record = dict(
        birth_date=day(draw, p["birth"] * 12 + draw.below(12), True) if has["birth_date"] else None,
        birth_date_fuzzy=str(p["birth"]) if has["birth_date"] or has["birth_year"] else None,
        gender=("female" if p["female"] else "male") if has["gender"] else None,
        primary=None,
        names=[v4_name(at, m) for at, m in enumerate(p["names"])],
        emails=[dict(address=e["address"], type=e["type"], sha256=digest("sha256", e), domain=e["domain"], local=e["local"])
                for e in p["emails"]],
        phone_numbers=[v4_phone(*number) for number in p["phones"]],
        profiles=p["profiles"],
        locations=[dict(v4_location(spot), most_recent=at == 0, is_primary=at == 0, last_updated=spot["seen"])
                   for at, spot in enumerate(p["places"])],
        experience=[v4_experience(at, j) for at, j in enumerate(p["jobs"])],
        education=[v4_education(s) for s in p["schools"]],
        skills=[dict(name=s) for s in p["skills"]],
        interests=[dict(name=i) for i in p["interests"]],
        industries=[dict(name=i, is_primary=i == worked[0]) for i in dict.fromkeys(worked) if i])
    record["primary"] = v4_primary(p, record)
    return dict(id=draw_id(draw, 18), **lower(record))

def draw_id(draw, length):
    return "zq" + draw.text(length, "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789")

def keys(text):
    for word in text.split():
        front, _, rest = word.partition("{")
        yield from (front + end for end in rest.rstrip("}").split(","))

def seen(draw):
    return dict(first_seen=day(draw, NOW - draw.between(40, 140), True), last_seen=day(draw, NOW - draw.between(1, 39), True),
                num_sources=draw.between(1, 30))

def v5_place(place):
    return place and dict(name=whole_place(place), locality=place["city"], region=place["region"], metro=place["metro"],
                          country=place["country"], continent=place["continent"], street_address=place.get("street"),
                          address_line_2=place.get("flat"), postal_code=place.get("post"),
                          geo=place["geo"] if place["city"] else None)

def v5_street(spot, draw):
    parts = (spot[key] for key in ("street_address", "address_line_2", "name", "postal_code"))
    return dict(spot, full_address=joined(*parts), **seen(draw))

def v5_company(c):
    return c and dict(id=f"zq-{c['slug']}", name=c["name"], size=c["size"], founded=c["founded"] and int(c["founded"]),
                      industry=c["industry"], location=v5_place(c["place"]), linkedin_url=f"linkedin.com/company/{c['slug']}",
                      linkedin_id=c["page"], facebook_url=f"facebook.com/{c['slug']}-zq" if c["pages"] > 1 else None,
                      twitter_url=None, website=c["domain"] if c["site"] else None,
                      ticker=None, type=c["type"], raw=[c["name"]], fuzzy_match=False)

def v5_title(t):
    _, role, sub, kind = (t and t["function"] or [None] * 4)[:4]
    return t and {"name": t["name"], "class": kind, "role": role, "sub_role": sub, "levels": t["levels5"], "raw": [t["name"]]}

def v5_experience(at, j, draw):
    return dict(company=v5_company(j["company"]), location_names=[whole_place(j["place"])] if j["place"] else [],
                start_date=j["start"], end_date=j["end"], title=v5_title(j["title"]), is_primary=at == 0, summary=None,
                **seen(draw))

def v5_education(s):
    raw = s["school"]
    school = raw and dict(id=f"zq-{raw['slug']}", name=raw["name"], type=raw["type"], location=v5_place(raw["place"]),
                          linkedin_url=f"linkedin.com/school/{raw['slug']}", linkedin_id=raw["page"], facebook_url=None,
                          twitter_url=None, website=raw["domain"], domain=raw["domain"], raw=[raw["name"]])
    return dict(school=school, degrees=s["degrees"], majors=s["majors"], minors=s["minors"], start_date=s["start"],
                end_date=s["end"], gpa=s["gpa"], raw=s["degrees"] + s["majors"], summary=None)

def v5_certificate(name, draw):
    ends = None if draw.percent(60) else day(draw, NOW - draw.between(1, 25))
    return dict(name=name, organization="quenimo board", start_date=day(draw, NOW - draw.between(38, 90)), end_date=ends)

def v5_email(e, draw):
    return dict(address=e["address"], type=e["type"], md5_hash=digest("md5", e), sha_256_hash=digest("sha256", e), **seen(draw))

def v5_lists(p, draw):
    spots, has = [v5_place(place) for place in p["places"]], p["has"]
    guess = dict(address=f"{p['ascii'][0]}.zq{p['code']}@post.example", type="personal")
    return dict(
        name_aliases=[m["clean"] for m in p["names"][1:]], skills=p["skills"], interests=p["interests"],
        location_names=[s["name"] for s in spots], countries=list(dict.fromkeys(s["country"] for s in spots)),
        regions=list(dict.fromkeys(joined(s["region"], s["country"]) for s in spots if s["region"])),
        personal_emails=[e["address"] for e in p["emails"] if e["type"] == "personal"],
        phone_numbers=[f"+{code}{rest}" for code, rest in p["phones"]],
        emails=[v5_email(e, draw) for e in p["emails"]],
        phones=[dict(number=f"+{code}{rest}", **seen(draw)) for code, rest in p["phones"]],
        profiles=[dict(network=q["network"], id=first(q["ids"]), url=q["clean"], username=q["username"], **seen(draw))
                  for q in p["profiles"]],
        street_addresses=[v5_street(s, draw) for s in spots if s["street_address"]],
        experience=[v5_experience(at, j, draw) for at, j in enumerate(p["jobs"])],
        education=[v5_education(s) for s in p["schools"]],
        languages=[dict(name=t, proficiency=draw.between(1, 5))
                   for t in draw.some(TONGUES, draw.between(1, 3) * has["languages"])],
        certifications=[v5_certificate(c, draw) for c in draw.some(CERTIFICATES, draw.between(1, 2) * has["certifications"])],
        job_history=[dict(company_id=f"zq-{j['company']['slug']}", company_name=j["company"]["name"], title=j["title"]["name"],
                          **seen(draw)) for j in p["jobs"] if j["company"] and j["title"]],
        possible_emails=[v5_email(guess, draw)] if draw.percent(6) else [],
        possible_birth_dates=[str(p["birth"])] if draw.percent(5) else [],
        possible_location_names=[p["home"]["country"]] if draw.percent(10) else [])

def v5_job(p, record, draw):
    """The keys about the primary position."""
    job, c = record["experience"][0], record["experience"][0]["company"]
    about, raw = job["title"], p["jobs"][0]["company"]
    found = {f"job_title_{key}": about[key] for key in ("class", "role", "sub_role", "levels")}
    found |= {f"job_company_{key}": c[key] for key in COMPANY}
    found |= {f"job_company_location_{key}": value for key, value in (c["location"] or {}).items()}
    return found | dict(
        job_title=about["name"], job_start_date=job["start_date"], job_last_changed=job["first_seen"],
        job_last_verified=job["last_seen"], industry=c["industry"], job_company_industry_v2=c["industry"],
        job_company_employee_count=raw["staff"] if c["size"] else None,
        job_company_12mo_employee_growth_rate=draw.between(-90, 250) / 1000, job_company_inferred_revenue=raw["revenue"],
        job_company_total_funding_raised=draw.between(1, 90) * 1e6 if draw.percent(20) else None,
        job_summary=f"works as {about['name']}" if draw.percent(20) else None, headline=f"{about['name']} at {c['name']}",
        inferred_years_experience=(NOW - p["since"]) // 12, inferred_salary=draw.front(SALARIES))

def v5_own(p, record, draw):
    """The keys about the person as such, their networks and their place."""
    name, has, found = p["names"][0], p["has"], {}
    for network in ("linkedin", "facebook", "twitter", "github"):
        q = first((q for q in record["profiles"] if q["network"] == network), {})
        found |= {f"{network}_{key}": q.get(key) for key in ("url", "username", "id") if f"{network}_{key}" in record}
    if p["places"]:
        found |= {f"location_{key}": value for key, value in v5_place(p["places"][0]).items()}
        found["location_last_updated"] = p["places"][0]["seen"]
    return found | dict(
        full_name=name["clean"], first_name=name["first"], last_name=name["last"], last_initial=name["last"][0],
        middle_name=name["middle"], middle_initial=name["middle"] and name["middle"][0],
        sex=("female" if p["female"] else "male") if has["gender"] else None,
        birth_date=day(draw, p["birth"] * 12 + draw.below(12), True) if has["birth_date"] else None,
        birth_year=p["birth"] if has["birth_date"] or has["birth_year"] else None,
        work_email=first(e["address"] for e in p["emails"] if e["type"] == "current_professional"),
        recommended_personal_email=first(record["personal_emails"]), mobile_phone=first(record["phone_numbers"]),
        linkedin_connections=min(draw.between(3, 500), draw.between(3, 900)) if found["linkedin_url"] else None,
        facebook_friends=draw.between(5, 900) if found["facebook_url"] and draw.percent(40) else None,
        summary="knows " + joined(*p["skills"]) if p["skills"] and draw.percent(50) else None,
        first_seen=day(draw, NOW - draw.between(141, 160), True), num_sources=draw.between(1, 60),
        num_records=draw.between(1, 90))

def v5(p, draw):
    """The flat record of PDL v5: every key present, null or [] where nothing is known."""
    record = dict.fromkeys(keys(V5_VALUES)) | {key: [] for key in keys(V5_LISTS)} | v5_lists(p, draw)
    record |= v5_own(p, record, draw)
    record |= v5_job(p, record, draw) if p["jobs"] else {}
    revenue = record["job_company_inferred_revenue"]  # written with capitals
    status = dict(status="", contains=[], previous_version="", current_version="")
    return dict(id=draw_id(draw, 20) + "_0000", **lower(record), dataset_version="32.0", version_status=status) \
        | dict(job_company_inferred_revenue=revenue)

def csv_row(cells):
    quoted = ('"' + c.replace('"', '""') + '"' if any(mark in c for mark in ',"\r\n') else c for c in cells)
    return (",".join(quoted) + "\r\n").encode()

def lead(p, draw):
    """The cells of an ordinary lead."""
    mail = {e["type"]: e["address"] for e in p["emails"]}
    job, (code, n) = first(p["jobs"]), first(p["phones"], ("", ""))
    phone = draw.pick([f"+{code}{n}", f"+{code} {n[:3]} {n[3:6]} {n[6:]}"]) if n else ""
    slug = first((q["username"] for q in p["profiles"] if q["network"] == "linkedin"))
    firm, role, months = (job["company"]["name"], job["title"]["name"].title(), job["months"]) if job else ("", "", (None, None))
    role = re.sub(r"\b(Of|And)\b", lambda m: m[0].lower(), re.sub(r"\b(Vp|Ceo|Hr)\b", lambda m: m[0].upper(), role))
    place = [p["home"][part] or "" for part in ("city", "region", "country")] if p["places"] else ["", "", ""]
    return [p["latin"]["first"], p["latin"]["last"], mail.get("personal", ""), mail.get("current_professional", ""), phone,
            f"https://www.linkedin.com/in/{slug}" if slug else "", firm, role, *place,
            *(day(draw, month, True) if month else "" for month in months), draw.pick(SOURCES), draw.pick(REMARKS)]

def odd_lead(world, kept, cells):
    """A lead with the keys that are kept and with other cells."""
    p = invent(world, 900, True)
    row, n, mail = lead(p, world.draw), p["phones"][0][1], p["emails"][0]["address"]
    slug = "-".join([*p["ascii"], "zq" + p["code"]])
    row[MAIL:FIRM] = [mail * ("e" in kept), "", f"+1{n}" * ("p" in kept), f"https://www.linkedin.com/in/{slug}" * ("u" in kept)]
    row[START], row[END], row[NOTES] = "", "", ""
    words = dict(first=row[FIRST], FIRST=row[FIRST].upper(), last=row[LAST], LAST=row[LAST].upper(), mail=mail, MAIL=mail.upper(),
                 slug=slug, a=n[:3], b=n[3:6], c=n[6:], firm=p["jobs"][0]["company"]["slug"])
    for at, form in cells.items():
        row[at] = form.format(**words)
    return row

def misshapen(world, plain):
    """Rows whose shape is odd, or that repeat one of the plain leads."""
    full = [odd_lead(world, "epu", cells) for cells in [{}] * 3 + [{FIRM: "Pelenawick; Inc."}] * 2]
    again = odd_lead(world, "", {MAIL: plain[1][MAIL].upper()})
    return [
        ("six cells only", "loaded", "the missing cells are empty", csv_row(full[0][:FIRM])),
        ("two cells only", "rejected", "the missing cells are empty, so there is no key", csv_row(full[1][:MAIL])),
        ("one cell too many", "rejected", "16 cells under 15 headings", csv_row(full[2] + ["sent brochure"])),
        ("comma that is not quoted", "rejected", "16 cells under 15 headings", csv_row(full[3]).replace(b";", b",")),
        ("byte that is not UTF-8", "rejected", "the company ends in a Latin-1 e-acute, byte E9",
         csv_row(full[4]).replace(b"; Inc.", b" Caf\xe9")),
        ("only commas", "skipped", "all cells are empty", csv_row([""] * 15)),
        ("only commas", "skipped", "all cells are empty", csv_row([""] * 15)),
        ("blank line", "skipped", "there is nothing in it", b"\r\n"),
        ("header row again", "rejected", "it holds no e-mail, phone or profile URL", f"{HEADER}\r\n".encode()),
        ("exact copy of the first lead", "rejected", "the person of line 2 has this e-mail", csv_row(plain[0])),
        ("e-mail of the second lead, in capitals", "loaded", "line 3 is named by its profile; rolo duplicates tells", csv_row(again)),
    ]

def leads(world, total=300):
    """The bytes of the CSV and the text of the table of its odd rows."""
    plain = [odd_lead(world, "epu", {}) for _ in range(2)]
    odd = [(what, "loaded" if kept else "rejected", why, csv_row(odd_lead(world, kept, cells))) for what, why, kept, cells in ODD]
    odd = world.draw.some(odd + misshapen(world, plain), total)
    while len(plain) < total - len(odd):
        row = lead(invent(world, 900), world.draw)
        plain += [row] if any(row[MAIL:FIRM]) else []
    rows = [(None, None, None, csv_row(row)) for row in plain]
    for at, row in zip(sorted(world.draw.some(range(3, total), len(odd))), odd):
        rows.insert(at, row)
    out, table = b"\xef\xbb\xbf" + f"{HEADER}\r\n".encode(), "line\twhat is odd\toutcome\treason\n"
    for what, outcome, why, data in rows:
        table += f"{out.count(b'%c' % 10) + 1}\t{what}\t{outcome}\t{why}\n" if what else ""
        out += data
    return out, table

def write_lines(path, records):
    text = "".join(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n" for record in records)
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))

def main():
    here = Path(__file__).resolve().parent
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else here
    world = World(Draw(SEED), here / "gazetteer.tsv")
    write_lines(folder / "people-pdl-v4.jsonl.gz", [v4(invent(world, n), world.draw) for n in range(500)])
    write_lines(folder / "people-pdl-v5.jsonl.gz", [v5(invent(world, n), world.draw) for n in range(500, 700)])
    table, odd = leads(world)
    (folder / "leads.csv").write_bytes(table)
    (folder / "leads-odd.tsv").write_bytes(odd.encode())

if __name__ == "__main__":
    main()
