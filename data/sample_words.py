"""The words and tables of `make-samples.py`; industries, degrees, majors, networks and levels are spelled as PDL spells them."""

# Per cent of the people who have it: professionals, so more than PDL's sheets of consumers say.
RATE = dict(email=60, phone=30, linkedin=80, experience=70, education=60, location=82, skills=55, interests=18, gender=65,
            birth_date=4, birth_year=7, second_name=9, second_location=14, street=12, certifications=16, languages=30)

# Culture; countries of home; female, male and family names, with the native spelling behind a slash.
CULTURES = [tuple(line.split("|")) for line in """\
en|US GB CA AU IE|Mary Emily Sarah Laura Rachel Megan Olivia Hannah Nicole Grace Alice Lucy Abigail Siobhan Fiona|James John David Daniel Matthew Andrew Kevin Brian Mark Jason Adam Samuel Hugh Callum Owen|Smith Johnson Brown Jones Miller Davis Wilson Taylor Moore Harris Clark Lewis Walker Young Green Baker O'Brien O'Connor MacLeod Ashworth Pemberton Thistlewood Smythe-Jones Hathaway
es|ES MX AR|María Lucía Marta Sofía Inés Begoña|José Juan Luis Javier Álvaro Íñigo|García González Rodríguez Fernández López Muñoz Núñez Echeverría
pt|BR PT|Ana Juliana Beatriz Letícia Conceição|João Pedro Lucas Vinícius Gonçalo|Silva Santos Oliveira Souza Araújo Magalhães Assunção
fr|FR|Camille Élodie Hélène Océane Zoé|Nicolas Antoine François Étienne Loïc Jean-Baptiste|Martin Dubois Lefebvre Guérin Béranger Côté Lévêque
de|DE|Anna Katharina Lena Jördis Käthe|Stefan Andreas Jürgen Björn Götz|Müller Schmidt Schneider Schäfer Krüger Weiß Groß Böhm
it|IT|Giulia Chiara Alessia Ilaria|Marco Luca Matteo Nicolò|Rossi Russo Esposito De_Luca D'Angelo
nl|NL|Sanne Femke Lotte Maaike|Jeroen Bas Wouter Sjoerd|de_Jong van_den_Berg Bakker van_der_Meer Visser
nd|SE NO|Astrid Freja Åsa Märta|Lars Håkon Søren Åke|Andersson Sørensen Hämäläinen Åkesson Ødegård
pl|PL|Agnieszka Małgorzata Zuzanna|Krzysztof Paweł Łukasz|Nowak Kowalski Wójcik Dąbrowski Woźniak
ru|RU|Olga/Ольга Irina/Ирина Daria/Дарья|Dmitry/Дмитрий Ivan/Иван Oleg/Олег|Smirnov/Смирнов Fedorov/Фёдоров Shevchenko/Шевченко Petrov/Петров
el|GR|Eleni/Ελένη Dimitra/Δήμητρα Despina/Δέσποινα|Nikos/Νίκος Spyros/Σπύρος Stavros/Σταύρος|Georgiou/Γεωργίου Makris/Μακρής Vlachos/Βλάχος
tr|TR|Ayşe Zeynep Büşra Çiğdem|Mehmet Hüseyin Ömer Çağlar|Yılmaz Şahin Öztürk Doğan Kılıç
ar|EG AE SA|Maryam/مريم Layla/ليلى Noura/نورة|Omar/عمر Khalid/خالد Youssef/يوسف|Haddad/حداد Al-Harbi/الحربي Mansour/منصور El-Sayed/السيد
hi|IN|Priya/प्रिया Neha/नेहा Kavita/कविता Meera/मीरा|Rahul/राहुल Vikram/विक्रम Arjun/अर्जुन Suresh/सुरेश|Sharma/शर्मा Patel/पटेल Gupta/गुप्ता Reddy/रेड्डी Banerjee/बनर्जी
zh|CN SG HK|Fang/芳 Jing/静 Meiling/美玲 Xinyi/欣怡|Wei/伟 Qiang/强 Haoran/浩然 Yichen/一辰|Wang/王 Zhang/张 Chen/陈 Huang/黄 Ouyang/欧阳
ja|JP|Yuki/由紀 Haruka/遥 Misaki/美咲|Takashi/隆 Kenji/健二 Shota/翔太|Sato/佐藤 Suzuki/鈴木 Watanabe/渡辺 Yamazaki/山崎
ko|KR|Ji-woo/지우 Min-ji/민지 Eun-ji/은지|Min-jun/민준 Seung-ho/승호 Jae-won/재원|Kim/김 Park/박 Choi/최 Hwang/황
vi|VN|Linh Thảo Phương|Tuấn Đức Hùng|Nguyễn Trần Phạm Đặng
af|NG ZA KE|Ngozi Wanjiru Thandiwe Adaeze|Chinedu Kwame Sipho Oluwaseun|Okafor Adeyemi Mwangi Dlamini Nkosi""".splitlines()]
# How often people live there.
COUNTRIES = {code: int(weight) for code, weight in (word.split(":") for word in """\
US:36 GB:9 IN:8 DE:6 CA:5 FR:5 BR:4 ES:4 IT:3 NL:3 AU:3 MX:2 PL:2 SE:2 RU:2 TR:2 JP:2 CN:2 KR:1 GR:1 EG:1 AE:1 NG:1 ZA:1 KE:1
IE:1 SG:1 HK:1 PT:1 NO:1 AR:1 VN:1 SA:1""".split())}
COUNTIES = {"Los Angeles": "Los Angeles County", "Chicago": "Cook County", "Houston": "Harris County", "Seattle": "King County"}

HEADS = "Bel Cor Dra Fen Gal Hel Jov Kal Lum Mor Nev Pel Quen Rav Tav Vel Wex Xan Yar Zel".split()
MIDDLES = "ari ena imo ola uro edi ibo udo umi oda".split()
TAILS = "vix thorn dell quist tane wick zon lith dyne vane".split()
# Size of a company, headcount, revenue.
SIZES = [("1-10", 8, "$0-$1M"), ("11-50", 30, "$1M-$10M"), ("51-200", 120, "$10M-$25M"), ("201-500", 340, "$25M-$50M"),
         ("501-1000", 720, "$50M-$100M"), ("1001-5000", 2600, "$100M-$250M"), ("5001-10000", 7300, "$500M-$1B"),
         ("10001+", 41000, "$10B+")]
# Industry and a word for names; the last four industries are of companies only.
SECTORS = [pair.split(":") for pair in """\
computer software:Software|information technology and services:Systems|financial services:Capital|hospital & health care:Clinics
marketing and advertising:Media|construction:Build|higher education:Academy|management consulting:Advisory|retail:Stores
logistics and supply chain:Logistics|automotive:Motors|biotechnology:Bio|insurance:Insurance|law practice:Law|banking:Bank
telecommunications:Telecom|food & beverages:Foods|real estate:Estates|renewables & environment:Energy|internet:Online
electrical/electronic manufacturing:Electric|staffing and recruiting:Talent|pharmaceuticals:Pharma|hospitality:Hotels
design:Design|nonprofit organization management:Foundation|health, wellness and fitness:Fitness|leisure, travel & tourism:Travel
glass, ceramics & concrete:Ceramics""".replace("\n", "|").split("|")]
COMPANY_ONLY = {industry: None for industry, _ in SECTORS[-3:]} | {SECTORS[-4][0]: "non-profit organization management"}
# Function; v5 role, sub-role and class; area; what the chief is called; nouns; skills.
FUNCTIONS = [tuple(line.split("|")) for line in """\
engineering|engineering|software|research_and_development|engineering|technology|software engineer,web developer,devops engineer|python,java,sql,git,linux,docker,javascript,rust,software architecture
data|engineering|data_engineering|research_and_development|data|data|data analyst,data scientist,data engineer|statistics,machine learning,sql,r,spark,excel
sales|sales|account_executive|sales_and_marketing|sales|revenue|account executive,sales representative|negotiation,crm,lead generation,forecasting,key accounts
marketing|marketing|content|sales_and_marketing|marketing|marketing|marketing specialist,content writer,brand strategist|seo,copywriting,social media,campaigns,market research
finance|finance|accounting|general_and_administrative|finance|financial|accountant,financial analyst,controller|financial reporting,auditing,budgeting,excel,tax
human resources|human_resources|recruiting|general_and_administrative|people|people|recruiter,hr specialist|interviewing,onboarding,payroll,sourcing
operations|operations|logistics|services|operations|operating|operations analyst,logistics coordinator|process improvement,planning,procurement,inventory
product|product|product_management|research_and_development|product|product|product owner,product analyst|roadmaps,user research,agile,a/b testing
design|creative|graphic_design|research_and_development|design|creative|graphic designer,interior designer|typography,sketching,prototyping,illustration
health|health|nursing|services|patient care|medical|nurse,pharmacist,physical therapist|patient care,first aid,triage
legal|legal|legal|general_and_administrative|legal affairs|legal|lawyer,paralegal|contract law,compliance,litigation,legal research
education|education|professor|services|education|academic|teacher,lecturer|curriculum design,public speaking,mentoring""".splitlines()]
# How often of 100, how the title is written, v4 levels, v5 levels.
RANKS = [(34, "{noun}", [], []), (20, "senior {noun}", [], ["senior"]), (7, "junior {noun}", [], ["entry"]),
         (4, "{noun} intern", [], ["training"]), (12, "{area} manager", ["mgr"], ["manager"]),
         (8, "director of {area}", ["dir"], ["director"]), (4, "vp of {area}", ["vp"], ["vp"]),
         (4, "chief {chief} officer", ["c"], ["cxo"]), (3, "owner", ["owner"], ["owner"]), (2, "president", ["pres"], ["cxo"]),
         (2, "founder and ceo", ["c", "owner"], ["cxo", "owner"])]
DEGREES = """bachelors,bachelor of science,bachelor of arts,masters,master of science,bachelor of engineering,master of arts,
bachelor of business administration,master of business administration,doctor of philosophy,doctor of jurisprudence,
associates,bachelor of technology,doctorates""".replace("\n", "").split(",")
MAJORS = """computer science,software engineering,mathematics,marketing,economics,finance,accounting,nursing,psychology,law,
graphic design,mechanical engineering,business administration,human resources,biology,history,statistics,logistics,
political science,journalism,education,physics,chemistry,philosophy""".replace("\n", "").split(",")
INTERESTS = "hiking,chess,photography,cooking,running,gardening,jazz,travel,cycling,board games,sailing,pottery".split(",")
TONGUES = "english,spanish,french,german,portuguese,hindi,arabic,japanese,polish,italian,dutch".split(",")
CERTIFICATES = "project management,first aid,cloud architecture,financial analysis,information security,data privacy".split(",")
PROVIDERS = "mail.example post.example inbox.example webmail.example letters.example.com mail.example.org home.example.net".split()
SALARIES = ["45,000-55,000", "55,000-70,000", "70,000-85,000", "35,000-45,000", "85,000-100,000", "100,000-150,000"]
# Network, what stands before the user name, per cent of the people; the last two are of v5 only.
NETWORKS = [(name, host, float(rate)) for name, host, rate in (triple.split() for triple in """\
facebook facebook.com/ 34|twitter twitter.com/ 18|github github.com/ 10|xing xing.com/profile/ 4|gravatar gravatar.com/ 3
indeed indeed.com/r/ 3|klout klout.com/ 3|meetup meetup.com/members/ 2|foursquare foursquare.com/ 2|angellist angel.co/ 3
quora quora.com/profile/ 2|pinterest pinterest.com/ 2|flickr flickr.com/people/ 1.5|aboutme about.me/ 1.5|vimeo vimeo.com/ 1
youtube youtube.com/user/ 1.5|google plus.google.com/ 1|wordpress profiles.wordpress.org/ 1|instagram instagram.com/ 2
crunchbase crunchbase.com/person/ 1|dribbble dribbble.com/ 1|myspace myspace.com/ 1|behance behance.net/ 1|medium medium.com/@ 1
soundcloud soundcloud.com/ 1|reddit reddit.com/user/ 1|gitlab gitlab.com/ 1|stackoverflow stackoverflow.com/users/ 1
ello ello.co/ 1""".replace("\n", "|").split("|"))]
# Kept for films: country code, how the national numbers begin, how many digits follow.
FICTION = {"US": ("1", "21255501 41555501 31255501 20655501 51255501", 2), "CA": ("1", "41655501 51455501 60455501", 2),
           "GB": ("44", "2079460 7700900 1632960", 3), "FR": ("33", "19900 26191 63998", 4), "AU": ("61", "25550 75550", 4),
           "DE": ("49", "3023125 6990009 2214710", 3)}

MAIL_KINDS = [("personal",), ("current_professional",), ("professional", None)]

PLACE = "{name,locality,metro,region,country,continent,street_address,address_line_2,postal_code,geo}"
COMPANY = "id name website size founded industry type ticker linkedin_url linkedin_id facebook_url twitter_url".split()
# Keys of v5; a brace stands for each of its words.
V5_VALUES = """full_name first_name middle_{initial,name} last_{initial,name} sex birth_{date,year} linkedin_{url,username,id,connections}
facebook_{url,username,id,friends} twitter_{url,username} github_{url,username} work_email recommended_personal_email mobile_phone
industry headline summary inferred_{salary,years_experience} first_seen num_{sources,records} location_last_updated
job_{title,title_class,title_role,title_sub_role,summary,start_date,last_changed,last_verified} job_company_{%s}
job_company_{industry_v2,inferred_revenue,employee_count,12mo_employee_growth_rate,total_funding_raised}
job_onet_{code,major_group,minor_group,broad_occupation,specific_occupation,specific_occupation_detail}
location_%s job_company_location_%s""" % (",".join(COMPANY), PLACE, PLACE)
V5_LISTS = """name_aliases job_title_levels personal_emails phone_numbers skills interests location_names regions countries emails phones
possible_{birth_dates,location_names,emails,phones,profiles,street_addresses} profiles street_addresses experience education languages
certifications job_history"""

HEADER = "First Name, Last Name ,E-Mail,Work Email,Mobile Phone,LinkedIn URL,Company,Job Title,City,State,Country,Start Date,End Date,Lead Source,Notes"
FIRST, LAST, MAIL, WORK, PHONE, URL, FIRM, TITLE, CITY, STATE, COUNTRY, START, END, SOURCE, NOTES = range(15)
SOURCES = ["Trade fair", "Webinar", "Referral", "Website", "Cold call", ""]
REMARKS = ["", "", "", "", "call back in May", "asked for a demo", "budget approved", "left voicemail", "booth 12", "no budget this year"]

# What is odd; why the outcome is what it is; the keys that stay (of e-mail, phone, URL), without any the lead is rejected; cells.
ODD = [
    ("comma in a quoted cell", "the quotes keep the comma in the cell", "epu", {NOTES: "wants prices, terms and a contact"}),
    ("quotes in a quoted cell", "doubled quotes stand for one", "epu", {NOTES: 'referred by "the big one"'}),
    ("line break (LF) in a quoted cell", "the record goes on in the next line", "epu", {NOTES: "first call went well\nsend slides"}),
    ("two line breaks (CR LF) in a quoted cell", "the record has three lines, one of them blank", "epu", {NOTES: "met twice\r\n\r\ncall again"}),
    ("spaces around name and e-mail", "spaces at the ends are no part of a value", "e", {FIRST: "  {first}", LAST: "{last} ", MAIL: "  {mail}  "}),
    ("e-mail in capitals", "case does not matter in an e-mail", "e", {MAIL: "{MAIL}"}),
    ("e-mail with mailto:", "mailto: is taken off", "e", {MAIL: "mailto:{mail}"}),
    ("e-mail with name and angle brackets", "the address is in the brackets", "e", {MAIL: "{first} {last} <{mail}>"}),
    ("two e-mails in one cell", "both are of the person; the first at least is a key", "e", {MAIL: "{mail}; {slug}@post.example"}),
    ("invalid e-mail, valid profile URL", "the URL is a key; the e-mail is left out", "u", {MAIL: "{first}(at)mail.example"}),
    ("invalid e-mail, no other key", "without a domain it is no e-mail", "", {MAIL: "{slug}@"}),
    ("phone with brackets and hyphen, national", "ten digits are a key", "p", {PHONE: "({a}) {b}-{c}"}),
    ("phone with dots", "ten digits are a key", "p", {PHONE: "{a}.{b}.{c}"}),
    ("phone with 'ext.'", "the extension is left out", "p", {PHONE: "+1 {a} {b} {c} ext. 45"}),
    ("phone with 'x' extension, national", "the extension is left out", "p", {PHONE: "{a}-{b}-{c} x12"}),
    ("phone with 001", "00 stands for +", "p", {PHONE: "001 {a} {b} {c}"}),
    ("phone with tel:", "tel: is taken off", "p", {PHONE: "tel:+1-{a}-{b}-{c}"}),
    ("phone with (0) behind the country code", "(0) is left out", "p", {PHONE: "+44 (0)20 7946 0977", CITY: "London", STATE: "England", COUNTRY: "United Kingdom"}),
    ("British phone as dialled at home", "eleven digits are a key", "p", {PHONE: "020 7946 0988", CITY: "London", STATE: "England", COUNTRY: "United Kingdom"}),
    ("German phone as dialled at home", "eleven digits are a key", "p", {PHONE: "030/23125 977", CITY: "Berlin", STATE: "", COUNTRY: "Germany"}),
    ("French phone in pairs", "ten digits are a key", "p", {PHONE: "01 99 00 97 77", CITY: "Paris", STATE: "", COUNTRY: "France"}),
    ("phone of five digits, no other key", "fewer than seven digits are no phone", "", {PHONE: "555-01"}),
    ("profile URL without scheme", "the scheme may be left out", "u", {URL: "linkedin.com/in/{slug}"}),
    ("profile URL with query", "the query is no part of the profile", "u", {URL: "https://www.linkedin.com/in/{slug}/?originalSubdomain=de&trk=people-guest"}),
    ("profile URL of the form /pub/", "an old public URL of a person", "u", {URL: "http://www.linkedin.com/pub/{slug}/4a/b85/9c9"}),
    ("profile URL with country subdomain", "the subdomain is no part of the profile", "u", {URL: "https://de.linkedin.com/in/{slug}"}),
    ("profile URL with capitals, http and language", "case, scheme and language are no part of the profile", "u", {URL: "HTTP://WWW.LinkedIn.com/in/{slug}/en"}),
    ("company page as profile URL, valid e-mail", "the e-mail is a key; the page is not of a person", "e", {URL: "https://www.linkedin.com/company/{firm}"}),
    ("company page as profile URL, no other key", "the page is not of a person", "", {URL: "https://www.linkedin.com/company/{firm}/about/"}),
    ("formula as profile URL, valid e-mail", "the e-mail is a key; the formula is text", "e", {URL: '=HYPERLINK("https://www.linkedin.com/in/{slug}","x")'}),
    ("name in capitals", "the names do not decide", "epu", {FIRST: "{FIRST}", LAST: "{LAST}"}),
    ("title before, suffix behind the name", "the names do not decide", "epu", {FIRST: "Dr. {first}", LAST: "{last}, PhD"}),
    ("accents in the name", "the file is UTF-8", "epu", {FIRST: "Zoë", LAST: "Łukasiewicz-Ødegård"}),
    ("name in Chinese characters", "the file is UTF-8", "epu", {FIRST: "欣怡", LAST: "欧阳"}),
    ("emoji in name and notes", "the file is UTF-8", "epu", {FIRST: "{first} 🚀", NOTES: "👍 hot"}),
    ("tab in a cell", "a tab does not part cells here", "epu", {NOTES: "prefers\te-mail"}),
    ("country USA", "a usual name of the United States", "epu", {COUNTRY: "USA"}),
    ("country U.S.A.", "a usual name of the United States", "epu", {COUNTRY: "U.S.A."}),
    ("country UK", "a usual name of the United Kingdom", "epu", {CITY: "Leeds", STATE: "England", COUNTRY: "UK"}),
    ("country Deutschland", "a usual name of Germany", "epu", {CITY: "Hamburg", STATE: "Hamburg", COUNTRY: "Deutschland"}),
    ("code of a state", "CA is California here", "epu", {CITY: "San Diego", STATE: "CA"}),
    ("date of year and month", "2019-03 is a date", "epu", {START: "2019-03"}),
    ("date of a year", "2019 is a date", "epu", {START: "2019"}),
    ("date 03/2019", "if it is not read as 2019-03, the date is missing", "epu", {START: "03/2019"}),
    ("End Date 'Present'", "the job has not ended, so there is no date", "epu", {END: "Present"}),
    ("date that is no date", "the date is missing", "epu", {START: "a while ago"}),
    ("date that is not in the calendar", "the date is missing", "epu", {START: "2019-02-30"}),
    ("N/A as e-mail", "the phone is a key; N/A is no value", "p", {MAIL: "N/A"}),
    ("- as phone", "the e-mail is a key; - is no value", "e", {PHONE: "-"}),
    ("null as company, none as title", "null and none are no values", "epu", {FIRM: "null", TITLE: "none"}),
    ("N/A, -, null, none as keys", "these are no values, so there is no key", "", {MAIL: "N/A", WORK: "none", PHONE: "-", URL: "null"}),
    ("no e-mail, no phone, no profile URL", "there is no key", "", {}),
    ("nothing but a name", "there is no key", "", {at: "" for at in range(FIRM, 15)}),
]
