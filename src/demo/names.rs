//! Given and family names by culture, with their native spelling where the script is not Latin.

use super::draw::{Draw, Skew};

/// A name in Latin letters and, for some cultures, in its own script.
pub(super) struct Spelling {
    pub(super) latin: String,
    pub(super) native: Option<&'static str>,
}

/// The names of one culture, the commonest first.
pub(super) struct Culture {
    /// Its index among the cultures.
    pub(super) number: usize,
    female: Vec<Spelling>,
    male: Vec<Spelling>,
    family: Vec<Spelling>,
    /// In its own script the family name comes first and no space follows it.
    pub(super) family_first: bool,
    given_skew: Skew,
    family_skew: Skew,
}

impl Culture {
    pub(super) fn given(&self, female: bool, draw: &mut Draw) -> &Spelling {
        let table = if female { &self.female } else { &self.male };
        &table[self.given_skew.draw(draw) % table.len()]
    }

    pub(super) fn family(&self, draw: &mut Draw) -> &Spelling {
        &self.family[self.family_skew.draw(draw)]
    }

    /// A second family name and what joins it to the first, where the culture has such names.
    pub(super) fn second_family(&self, draw: &mut Draw) -> Option<(&'static str, &Spelling)> {
        let (percent, joint) = match self.number {
            0 | 3 | 4 => (4, "-"),
            1 => (40, " "),
            2 => (30, " "),
            _ => return None,
        };
        draw.percent(percent).then(|| (joint, self.family(draw)))
    }
}

/// All cultures, in the order in which [`culture_of`] numbers them.
pub(super) fn cultures() -> Vec<Culture> {
    (0..TABLES.len()).map(culture).collect()
}

fn culture(number: usize) -> Culture {
    let (code, female, male, family) = TABLES[number];
    let (female, male, mut family) = (spellings(female), spellings(male), spellings(family));
    if code == "en" {
        family.extend(compounds());
    }
    Culture {
        number,
        family_first: matches!(code, "zh" | "ja" | "ko"),
        given_skew: Skew::zipf(female.len().max(male.len()), 8),
        family_skew: Skew::zipf(family.len(), 8),
        female,
        male,
        family,
    }
}

/// Names stand apart by spaces, a native spelling follows a `/`, and `_` is a space inside a name.
fn spellings(table: &'static str) -> Vec<Spelling> {
    let one = |word: &'static str| match word.split_once('/') {
        Some((latin, native)) => Spelling { latin: latin.replace('_', " "), native: Some(native) },
        None => Spelling { latin: word.replace('_', " "), native: None },
    };
    table.split_whitespace().map(one).collect()
}

/// Surnames after places, as English has them: some 620 rarer ones.
fn compounds() -> Vec<Spelling> {
    const HEADS: &str = "Ash Brad Black Brook Burn Clay Cran Dal Dun East El Fair Far Glen Gold Had Hart Haw Hol Kirk Lang Lin Long \
        Mars Mel Mil Nor Oak Pres Red Rock Rush Shel South Stan Thorn Wal Wex Win";
    const TAILS: &str = "ford ton ley wood worth ham burn field bury combe ridge stead croft mere hurst by";
    let mut all = vec![];
    for tail in TAILS.split_whitespace() {
        let heads = HEADS.split_whitespace().filter(|head| head.to_lowercase() != tail);
        all.extend(heads.map(|head| Spelling { latin: [head, tail].concat(), native: None }));
    }
    all
}

/// Draws a culture for someone who lives in a country (ISO alpha-2): its index in [`cultures`].
pub(super) fn culture_of(country: &str, draw: &mut Draw) -> usize {
    const EN: usize = 0;
    let home = match country {
        "US" | "GB" | "IE" | "AU" | "NZ" | "JM" | "TT" => EN,
        "CA" => [EN, EN, EN, 3][draw.below(4) as usize],
        "ES" | "MX" | "AR" | "CO" | "CL" | "PE" | "VE" | "EC" | "BO" | "UY" | "PY" | "CR" | "PA" | "GT"
        | "DO" | "PR" | "CU" | "HN" | "SV" | "NI" => 1,
        "BR" | "PT" | "AO" | "MZ" => 2,
        "FR" | "LU" | "CI" | "SN" | "CM" => 3,
        "BE" => [3, 6][draw.below(2) as usize],
        "DE" | "AT" => 4,
        "CH" => [4, 4, 3, 5][draw.below(4) as usize],
        "IT" | "MT" => 5,
        "NL" => 6,
        "SE" | "NO" | "DK" | "FI" | "IS" => 7,
        "PL" | "CZ" | "SK" | "LT" | "HU" | "SI" | "HR" | "RO" | "LV" | "EE" | "MD" => 8,
        "RU" | "UA" | "BG" | "RS" | "MK" | "KZ" | "GE" | "AM" | "AZ" | "UZ" | "MN" | "BA" => 9,
        "GR" | "CY" | "AL" => 10,
        "TR" => 11,
        "EG" | "SA" | "AE" | "MA" | "IQ" | "JO" | "LB" | "QA" | "KW" | "TN" | "DZ" | "IR" | "IL" | "PK" => 12,
        "IN" | "NP" | "LK" | "BD" | "FJ" => 13,
        "CN" | "TW" | "HK" | "SG" => 14,
        "JP" => 15,
        "KR" => 16,
        "VN" | "TH" | "KH" | "MM" => 17,
        "ID" | "MY" | "PH" => 18,
        "NG" | "KE" | "GH" | "ET" | "TZ" | "UG" | "RW" | "ZM" | "ZW" | "ZA" => 19,
        _ => EN,
    };
    // Who lives somewhere is not always from there; the share is larger where English is spoken.
    let away = if home == EN { 34 } else { 8 };
    if draw.percent(away) { draw.weighted(&MIGRANTS) } else { home }
}

/// How often each culture is met abroad.
const MIGRANTS: [u32; 20] = [10, 22, 5, 5, 6, 6, 3, 3, 5, 4, 2, 2, 6, 14, 9, 2, 4, 4, 3, 5];

/// Code, female given names, male given names, family names.
const TABLES: [(&str, &str, &str, &str); 20] = [
    (
        "en",
        "Mary Jennifer Jessica Emily Sarah Elizabeth Laura Emma Rachel Amanda Megan Katherine Olivia Rebecca Hannah Nicole \
         Stephanie Lauren Samantha Michelle Amy Angela Heather Kimberly Lisa Julie Christine Anna Victoria Grace Charlotte \
         Sophie Alice Claire Natalie Holly Lucy Abigail Erin Allison Melissa Karen Susan Linda Patricia Barbara Nancy Diane \
         Catherine Alexandra Vanessa Kelly Tiffany Danielle Chloe Amber Molly Bethany Paige Courtney Brooke Leah Jasmine \
         Morgan Gabrielle Caroline Evelyn Audrey Hazel Ruth Judith Joan Frances Beatrice Harriet Imogen Eleanor Phoebe \
         Rosalind Tamara Whitney Sierra Savannah Kayla Kendra Latoya Monique Simone Gwendolyn Fiona Siobhan Niamh Aisling \
         Orla Bronwyn Rhiannon Cerys Isla Eilidh Mairi Shona Ngaire Marama Cordelia Winifred Ottilie Araminta",
        "James John Michael David Robert William Daniel Matthew Christopher Andrew Thomas Joseph Ryan Kevin Brian Steven \
         Mark Richard Paul Jason Eric Benjamin Joshua Adam Samuel Nicholas Jonathan Alexander Tyler Jacob Stephen Patrick \
         Sean Charles Peter Timothy Scott Jeffrey Justin Gregory Aaron Nathan Kyle Brandon Anthony Edward George Henry Jack \
         Oliver Harry Luke Simon Ian Graham Stuart Neil Philip Martin Alan Keith Douglas Kenneth Raymond Dennis Craig Travis \
         Derek Trevor Marcus Malcolm Terrence Jamal Darnell Tyrone Dominic Vincent Victor Leonard Walter Ernest Hugh Callum \
         Angus Hamish Alasdair Euan Gareth Rhys Dylan Owen Declan Cormac Eoin Padraig Liam Connor Rory Finlay Barnaby \
         Crispin Rupert Jasper Tobias Ezekiel Thaddeus Quentin Leopold Ignatius",
        "Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Thomas Moore Martin Jackson Thompson White \
         Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Baker Nelson Mitchell Carter \
         Roberts Campbell Phillips Evans Turner Parker Collins Edwards Stewart Morris Murphy Cook Rogers Morgan Cooper \
         Peterson Reed Bailey Bell Kelly Howard Ward Cox Richardson Wood Watson Brooks Bennett Gray Hughes Price Myers Long \
         Foster Sanders Ross Powell Sullivan Russell Jenkins Perry Butler Barnes Fisher Henderson Coleman Simmons Patterson \
         Jordan Reynolds Hamilton Graham Wallace West Cole Hayes Bryant Gibson Ellis Stevens Murray Ford Marshall Owens \
         McDonald Harrison Kennedy Wells Woods Washington Webb Tucker Freeman Burns Henry Crawford Simpson Porter Hunter \
         Hicks Shaw Holmes Rice Robertson Hunt Black Daniels Palmer Mills Grant Knight Ferguson Rose Stone Dunn Perkins \
         Hudson Spencer Gardner Payne Pierce Berry Matthews Arnold Wagner Willis Ray Watkins Olson Carroll Duncan Snyder \
         Hart Cunningham Bradley Lane Andrews Ruiz Harper Fox Riley Armstrong Carpenter Weaver Greene Lawrence Elliott \
         Sims Austin Peters Kelley Franklin Lawson Fields O'Brien O'Connor O'Neill Fitzgerald MacLeod MacKenzie Sinclair \
         Abernathy Ashworth Blackwood Braithwaite Cholmondeley Featherstone Hathaway Kingsley Lockwood Merriweather \
         Ogilvie Pemberton Ravenscroft Smythe-Jones Thistlewood Underhill Whittaker Winterbourne Yardley",
    ),
    (
        "es",
        "María Carmen Ana Laura Lucía Marta Isabel Paula Cristina Elena Sofía Andrea Patricia Alejandra Daniela Gabriela \
         Valentina Camila Mariana Verónica Natalia Claudia Silvia Rosa Pilar Beatriz Raquel Inés Nuria Rocío Adriana \
         Fernanda Ximena Guadalupe Esperanza Consuelo Maribel Montserrat Yolanda Begoña",
        "José Juan Carlos Luis Antonio Manuel Francisco Javier Miguel Alejandro Jorge Pedro David Daniel Fernando Diego \
         Sergio Rafael Pablo Andrés Ricardo Eduardo Roberto Álvaro Óscar Raúl Rubén Iván Adrián Héctor Hugo Mario Alberto \
         Enrique Gonzalo Ignacio Joaquín Santiago Ramón Íñigo",
        "García González Rodríguez Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Hernández Ruiz Díaz Moreno \
         Muñoz Álvarez Romero Gutiérrez Torres Navarro Domínguez Ramos Vázquez Ramírez Serrano Molina Morales Ortega Delgado \
         Castro Ortiz Rubio Marín Sanz Núñez Iglesias Medina Garrido Cortés Castillo Santos Guerrero Cano Prieto Méndez Cruz \
         Herrera Peña Flores Cabrera Campos Vega Fuentes Carrasco Reyes Aguilar Ibáñez Zamora Echeverría Urrutia",
    ),
    (
        "pt",
        "Maria Ana Juliana Fernanda Camila Beatriz Larissa Mariana Letícia Amanda Bruna Patrícia Carolina Gabriela Rafaela \
         Luana Aline Vanessa Débora Tatiana Renata Luíza Isabela Helena Inês Joana Catarina Raquel Sílvia Conceição",
        "João Pedro Lucas Gabriel Rafael Bruno Felipe Thiago Gustavo Rodrigo Marcelo Eduardo Leonardo André Ricardo Diego \
         Vinícius Matheus Henrique Fábio Paulo Carlos Luís Tiago Rui Nuno Hugo Gonçalo Caio Otávio",
        "Silva Santos Oliveira Souza Pereira Lima Ferreira Costa Rodrigues Almeida Nascimento Alves Carvalho Araújo Ribeiro \
         Barbosa Gomes Martins Rocha Dias Moreira Nunes Mendes Freitas Cardoso Teixeira Cavalcanti Monteiro Moura Correia \
         Pinto Lopes Fernandes Machado Magalhães Conceição Gonçalves Simões Brandão Assunção",
    ),
    (
        "fr",
        "Marie Camille Julie Sophie Céline Claire Pauline Élodie Émilie Léa Manon Chloé Aurélie Anaïs Mathilde Charlotte \
         Hélène Isabelle Nathalie Sandrine Amélie Margaux Océane Juliette Inès Solène Maëlle Geneviève Agnès Zoé",
        "Thomas Nicolas Julien Pierre Antoine Alexandre Maxime Guillaume François Jean Sébastien Mathieu Clément Romain \
         Vincent Benoît Jérôme Rémi Hugo Louis Étienne Frédéric Stéphane Laurent Olivier Loïc Gaël Théo Jean-Baptiste Aurélien",
        "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefebvre Michel Garcia David \
         Bertrand Roux Vincent Fournier Morel Girard André Mercier Dupont Lambert Bonnet François Martinez Legrand Garnier \
         Faure Rousseau Blanc Guérin Muller Henry Perrin Gauthier Lemaître Béranger Lévêque Chevalier Marchand Dufour \
         Aubry Renaud Hébert Grondin Tremblay Gagnon Côté Bouchard Pelletier Désormeaux",
    ),
    (
        "de",
        "Anna Julia Sarah Katharina Lisa Laura Lena Sabine Claudia Nicole Stefanie Susanne Andrea Christina Sandra Franziska \
         Johanna Hannah Marie Sophie Petra Birgit Monika Ursula Jana Miriam Jördis Käthe Friederike Mechthild",
        "Michael Thomas Stefan Andreas Christian Martin Daniel Markus Alexander Sebastian Jan Tobias Florian Matthias Felix \
         Lukas Jonas Maximilian Philipp Peter Klaus Jürgen Jörg Wolfgang Günter Uwe Ralf Björn Sören Götz",
        "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf \
         Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Krause Meier Lehmann Schmid \
         Schulze Maier Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn \
         Schubert Vogel Friedrich Günther Keller Winkler Frank Berger Roth Beck Lorenz Baumann Böhm Groß",
    ),
    (
        "it",
        "Giulia Francesca Chiara Sara Martina Valentina Alessia Federica Silvia Elena Laura Paola Anna Elisa Roberta Simona \
         Ilaria Claudia Monica Serena Beatrice Giorgia Eleonora Caterina Ludovica",
        "Marco Andrea Luca Francesco Alessandro Matteo Lorenzo Davide Simone Stefano Giuseppe Giovanni Antonio Roberto Paolo \
         Riccardo Federico Fabio Michele Nicola Nicolò Giacomo Tommaso Gianluca Pierluigi",
        "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti De_Luca Mancini Costa \
         Giordano Rizzo Lombardi Moretti Barbieri Fontana Santoro Mariani Rinaldi Caruso Ferrara Galli Martini Leone Longo \
         Gentile Martinelli Vitale Lombardo Serra Coppola De_Santis D'Angelo Marchetti",
    ),
    (
        "nl",
        "Anna Sanne Lisa Eva Sophie Emma Julia Femke Marieke Linda Anouk Iris Lotte Fleur Maaike Inge Marloes Esther Wendy \
         Saskia",
        "Jan Peter Thomas Mark Jeroen Bas Tim Martijn Daan Sander Pieter Erik Rob Wouter Niels Koen Joost Maarten Ruben Sjoerd",
        "de_Jong Jansen de_Vries van_den_Berg van_Dijk Bakker Janssen Visser Smit Meijer de_Boer Mulder de_Groot Bos Vos \
         Peters Hendriks van_Leeuwen Dekker Brouwer de_Wit Dijkstra Smits de_Graaf van_der_Meer Kuipers Peeters Maes \
         Claes Wouters Willems Goossens",
    ),
    (
        "nd",
        "Anna Emma Sofia Ida Sara Maria Karin Kristina Ingrid Astrid Freja Maja Johanna Linnea Åsa Märta Sigrid Solveig Aino \
         Päivi Bjørg Guðrún Camilla Mette Hanne",
        "Lars Erik Anders Johan Karl Peter Magnus Henrik Fredrik Jonas Mikael Mads Rasmus Kristian Ole Bjørn Håkon Sven Göran \
         Åke Jukka Mikko Søren Þór Nils",
        "Johansson Andersson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Gustafsson Hansen Nielsen Jensen \
         Pedersen Andersen Christensen Larsen Sørensen Rasmussen Jørgensen Olsen Berg Haugen Johansen Bakken Korhonen \
         Virtanen Mäkinen Nieminen Hämäläinen Lindström Sjöberg Åkesson Östlund Bergström Sandström Björk Ødegård \
         Sigurðsson Jónsdóttir",
    ),
    (
        "pl",
        "Anna Katarzyna Agnieszka Małgorzata Magdalena Joanna Monika Aleksandra Barbara Ewa Karolina Natalia Zuzanna Paulina \
         Justyna Jana Eva Lucie Tereza Kateřina Petra Éva Zsófia Andreea Ioana",
        "Piotr Krzysztof Andrzej Tomasz Paweł Marcin Michał Łukasz Jakub Adam Marek Grzegorz Mateusz Wojciech Kamil Jan Jiří \
         Tomáš Ondřej László Gábor István Zoltán Andrei Ștefan",
        "Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski \
         Jankowski Mazur Kwiatkowski Krawczyk Grabowski Nowakowski Pawłowski Michalski Novák Svoboda Dvořák Černý Procházka \
         Nagy Kovács Tóth Szabó Horváth Popescu Ionescu Popa Stoica Žukauskas Kazlauskas Bērziņš Tamm Horvat Krajnc",
    ),
    (
        "ru",
        "Anna/Анна Elena/Елена Olga/Ольга Natalia/Наталья Ekaterina/Екатерина Maria/Мария Irina/Ирина Tatiana/Татьяна \
         Svetlana/Светлана Yulia/Юлия Daria/Дарья Anastasia/Анастасия Ksenia/Ксения Polina/Полина Oksana/Оксана \
         Viktoria/Виктория Lyudmila/Людмила Galina/Галина Sofiya/София Milica/Милица",
        "Alexander/Александр Dmitry/Дмитрий Sergey/Сергей Andrey/Андрей Alexey/Алексей Ivan/Иван Mikhail/Михаил \
         Vladimir/Владимир Maxim/Максим Nikolay/Николай Pavel/Павел Igor/Игорь Yuri/Юрий Oleg/Олег Anton/Антон Roman/Роман \
         Taras/Тарас Bohdan/Богдан Georgi/Георги Nikola/Никола",
        "Ivanov/Иванов Smirnov/Смирнов Kuznetsov/Кузнецов Popov/Попов Vasiliev/Васильев Petrov/Петров Sokolov/Соколов \
         Mikhailov/Михайлов Novikov/Новиков Fedorov/Фёдоров Morozov/Морозов Volkov/Волков Alekseev/Алексеев Lebedev/Лебедев \
         Semenov/Семёнов Egorov/Егоров Pavlov/Павлов Kozlov/Козлов Stepanov/Степанов Nikolaev/Николаев \
         Shevchenko/Шевченко Kovalenko/Коваленко Bondarenko/Бондаренко Tkachenko/Ткаченко Kravchenko/Кравченко \
         Melnyk/Мельник Dimitrov/Димитров Georgiev/Георгиев Jovanović/Јовановић Petrović/Петровић",
    ),
    (
        "el",
        "Maria/Μαρία Eleni/Ελένη Katerina/Κατερίνα Georgia/Γεωργία Sofia/Σοφία Anna/Άννα Dimitra/Δήμητρα Ioanna/Ιωάννα \
         Vasiliki/Βασιλική Angeliki/Αγγελική Despina/Δέσποινα Foteini/Φωτεινή",
        "Georgios/Γεώργιος Dimitris/Δημήτρης Konstantinos/Κωνσταντίνος Ioannis/Ιωάννης Nikos/Νίκος Panagiotis/Παναγιώτης \
         Vasilis/Βασίλης Christos/Χρήστος Athanasios/Αθανάσιος Spyros/Σπύρος Theodoros/Θεόδωρος Stavros/Σταύρος",
        "Papadopoulos/Παπαδόπουλος Georgiou/Γεωργίου Dimitriou/Δημητρίου Nikolaidis/Νικολαΐδης Ioannidis/Ιωαννίδης \
         Papadakis/Παπαδάκης Karagiannis/Καραγιάννης Vlachos/Βλάχος Antoniou/Αντωνίου Makris/Μακρής \
         Oikonomou/Οικονόμου Christodoulou/Χριστοδούλου Pappas/Παππάς Alexiou/Αλεξίου Konstantinou/Κωνσταντίνου \
         Samaras/Σαμαράς",
    ),
    (
        "tr",
        "Ayşe Fatma Zeynep Elif Merve Esra Büşra Emine Hatice Selin Ceren Gizem Gül Özlem Çiğdem İpek Şebnem Ebru Derya Deniz",
        "Mehmet Mustafa Ahmet Ali Emre Murat Hakan Burak Can Serkan Hüseyin İbrahim Ömer Yusuf Kemal Onur Gökhan Çağlar Tolga \
         Uğur",
        "Yılmaz Kaya Demir Çelik Şahin Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin Kara Koç Kurt \
         Özkan Şimşek Polat Korkmaz Çakır Erdoğan Güneş Aksoy",
    ),
    (
        "ar",
        "Fatima/فاطمة Aisha/عائشة Maryam/مريم Nour/نور Layla/ليلى Sara/سارة Hana/هناء Rania/رانيا Yasmin/ياسمين Amina/أمينة \
         Dina/دينا Salma/سلمى Huda/هدى Noura/نورة Reem/ريم Zahra/زهراء",
        "Mohamed/محمد Ahmed/أحمد Ali/علي Omar/عمر Khalid/خالد Hassan/حسن Ibrahim/إبراهيم Youssef/يوسف Mahmoud/محمود \
         Abdullah/عبدالله Mustafa/مصطفى Tariq/طارق Karim/كريم Samir/سمير Faisal/فيصل Hussein/حسين Rashid/راشد Nabil/نبيل",
        "Hassan/حسن Ali/علي Ibrahim/إبراهيم Ahmed/أحمد Mohamed/محمد Khan/خان Mahmoud/محمود Saleh/صالح Mansour/منصور \
         Haddad/حداد Khoury/خوري Nasser/ناصر Farouk/فاروق Salem/سالم Al-Harbi/الحربي Al-Otaibi/العتيبي \
         Al-Qahtani/القحطاني Al-Mansoori/المنصوري Rahman/رحمن Hashemi/هاشمي Ahmadi/أحمدي Karimi/كريمي El-Sayed/السيد \
         Benali/بنعلي Amrani/عمراني Sharif/شريف",
    ),
    (
        "hi",
        "Priya/प्रिया Anjali/अंजलि Pooja/पूजा Neha/नेहा Divya/दिव्या Kavita/कविता Sunita/सुनीता Deepika/दीपिका Shreya/श्रेया Ananya/अनन्या \
         Swati/स्वाति Ritu/रितु Meera/मीरा Aarti/आरती Nisha/निशा Sneha/स्नेहा Lakshmi/लक्ष्मी Radha/राधा Isha/ईशा Vidya/विद्या",
        "Amit/अमित Rahul/राहुल Rajesh/राजेश Sanjay/संजय Vikram/विक्रम Arjun/अर्जुन Suresh/सुरेश Anil/अनिल Ravi/रवि Deepak/दीपक \
         Manoj/मनोज Ashok/अशोक Rohit/रोहित Nikhil/निखिल Karthik/कार्तिक Aditya/आदित्य Sandeep/संदीप Vijay/विजय Prakash/प्रकाश Mohan/मोहन \
         Harsh/हर्ष Gaurav/गौरव",
        "Kumar/कुमार Sharma/शर्मा Singh/सिंह Patel/पटेल Gupta/गुप्ता Reddy/रेड्डी Verma/वर्मा Shah/शाह Jain/जैन Mehta/मेहता Rao/राव \
         Nair/नायर Iyer/अय्यर Joshi/जोशी Desai/देसाई Agarwal/अग्रवाल Mishra/मिश्रा Das/दास Bose/बोस Banerjee/बनर्जी Chatterjee/चटर्जी \
         Mukherjee/मुखर्जी Yadav/यादव Pandey/पाण्डेय Kapoor/कपूर Malhotra/मल्होत्रा Chopra/चोपड़ा Menon/मेनन Pillai/पिल्लई Bhat/भट \
         Kulkarni/कुलकर्णी Deshpande/देशपांडे Saxena/सक्सेना Tiwari/तिवारी Chaudhary/चौधरी Naidu/नायडू",
    ),
    (
        "zh",
        "Fang/芳 Na/娜 Min/敏 Jing/静 Li/丽 Yan/艳 Juan/娟 Xia/霞 Yan/燕 Ting/婷 Xuelian/雪莲 Meiling/美玲 Xiaoyan/晓燕 Yuhan/雨涵 Zihan/梓涵 \
         Xinyi/欣怡 Jiayi/佳怡 Shiyu/诗雨",
        "Wei/伟 Qiang/强 Lei/磊 Jun/军 Yang/洋 Yong/勇 Jie/杰 Tao/涛 Ming/明 Chao/超 Hao/浩 Jianguo/建国 Zhiqiang/志强 Haoran/浩然 Zixuan/子轩 \
         Yichen/一辰 Jiahao/家豪 Guanghui/光辉",
        "Wang/王 Li/李 Zhang/张 Liu/刘 Chen/陈 Yang/杨 Huang/黄 Zhao/赵 Wu/吴 Zhou/周 Xu/徐 Sun/孙 Ma/马 Zhu/朱 Hu/胡 Guo/郭 He/何 Lin/林 \
         Gao/高 Luo/罗 Zheng/郑 Liang/梁 Xie/谢 Song/宋 Tang/唐 Han/韩 Feng/冯 Deng/邓 Cao/曹 Peng/彭 Zeng/曾 Xiao/肖 Tian/田 Dong/董 Pan/潘 \
         Ouyang/欧阳",
    ),
    (
        "ja",
        "Yuki/由紀 Yuko/裕子 Akiko/明子 Keiko/恵子 Naoko/直子 Haruka/遥 Misaki/美咲 Aya/彩 Sakura/桜 Yui/結衣 Hanako/花子 Emi/恵美 Mai/舞 \
         Tomoko/智子 Rina/里奈",
        "Takashi/隆 Hiroshi/浩 Kenji/健二 Daisuke/大輔 Shota/翔太 Kenta/健太 Naoki/直樹 Yuta/雄太 Makoto/誠 Ryo/亮 Satoshi/聡 Kazuki/和樹 \
         Haruto/陽翔 Ren/蓮 Taro/太郎",
        "Sato/佐藤 Suzuki/鈴木 Takahashi/高橋 Tanaka/田中 Watanabe/渡辺 Ito/伊藤 Yamamoto/山本 Nakamura/中村 Kobayashi/小林 Kato/加藤 \
         Yoshida/吉田 Yamada/山田 Sasaki/佐々木 Yamaguchi/山口 Matsumoto/松本 Inoue/井上 Kimura/木村 Hayashi/林 Shimizu/清水 \
         Yamazaki/山崎 Mori/森 Abe/阿部 Ikeda/池田 Hashimoto/橋本 Ishikawa/石川 Ogawa/小川",
    ),
    (
        "ko",
        "Ji-woo/지우 Seo-yeon/서연 Min-ji/민지 Soo-jin/수진 Ji-hye/지혜 Yu-na/유나 Eun-ji/은지 Hye-jin/혜진 Ha-eun/하은 Ye-rin/예린",
        "Min-jun/민준 Ji-hoon/지훈 Seung-ho/승호 Hyun-woo/현우 Dong-hyun/동현 Sung-min/성민 Jae-won/재원 Tae-yang/태양 Young-ho/영호 \
         Joon-ho/준호",
        "Kim/김 Lee/이 Park/박 Choi/최 Jung/정 Kang/강 Cho/조 Yoon/윤 Jang/장 Lim/임 Han/한 Oh/오 Seo/서 Shin/신 Kwon/권 Hwang/황 Ahn/안 Song/송",
    ),
    (
        "vi",
        "Linh Hương Lan Mai Thảo Ngọc Trang Phương Hà Thủy Vy Quỳnh Somchai Malee Kanya",
        "Minh Tuấn Hùng Dũng Nam Long Hải Sơn Đức Quang Khoa Phúc Anan Prasert Narong",
        "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Srisai Suwan Chaiyasit Sok",
    ),
    (
        "id",
        "Siti Dewi Putri Ayu Sri Nur Rina Indah Maya Ratna Nurul Aisyah Maricel Jasmine Grace Angelica Wulan Intan",
        "Budi Agus Andi Dedi Rizky Muhammad Ahmad Hendra Eko Bayu Arif Dimas Farid Hafiz Jose Mark Angelo Wahyu",
        "Wijaya Santoso Setiawan Hidayat Saputra Pratama Susanto Nugroho Kusuma Lestari Hartono Gunawan Abdullah Ismail \
         Rahman Santos Reyes Cruz Bautista Garcia Mendoza Villanueva Dela_Cruz Lim Tan",
    ),
    (
        "af",
        "Amina Ngozi Chioma Adaeze Funmilayo Wanjiru Akinyi Ama Abena Thandiwe Nomsa Zanele Folake Ifeoma Grace Mercy Blessing \
         Esther Tigist Naledi",
        "Chinedu Emeka Oluwaseun Tunde Ibrahim Kwame Kofi Kamau Otieno Sipho Thabo Samuel Emmanuel Daniel Tendai Abebe Juma \
         Olumide Uchenna Lwazi",
        "Okafor Adeyemi Okonkwo Balogun Eze Nwosu Mensah Owusu Boateng Kamau Mwangi Odhiambo Kariuki Dlamini Nkosi Ndlovu \
         Khumalo Mokoena van_der_Merwe Botha Abebe Tesfaye Moyo Chukwu Adebayo Osei Asante Mutua Wanjala Banda",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn native_spellings_are_not_latin_and_latin_ones_have_no_slash() {
        for c in cultures() {
            for s in c.female.iter().chain(&c.male).chain(&c.family) {
                assert!(!s.latin.is_empty() && !s.latin.contains('/'), "{}", c.number);
                assert!(
                    s.native.is_none_or(|n| !n.is_empty() && !n.bytes().any(|b| b.is_ascii_alphabetic()))
                );
            }
        }
    }

    #[test]
    fn each_country_draws_a_culture_that_exists() {
        let mut draw = Draw::new(1, 1, 1);
        let n = cultures().len();
        for country in ["US", "BE", "CH", "CA", "ZZ", ""] {
            assert!((0..1000).all(|_| culture_of(country, &mut draw) < n));
        }
    }
}
