// Sentences as people write them to a chat, for the page about checking what goes in and out. A line is a language and a sentence; the
// personal data in it stands in braces. All values are made up: reserved domains and telephone numbers for fiction where a country has
// them, the examples of the IBAN registry, and test numbers of payment providers.

/** Sentences with personal data, by its kind: `{ kind, language, text, values }`. */
export const SENTENCES = [
  ...sentences(
    'E-mail address',
    `
    en | My email is {ada@example.com}, please reply there.
    en | Contact: {ada.lovelace+orders@example.co.uk}
    en | You can reach me at <{grace_hopper@mail.example.org}>.
    en | cc {A.TURING@EXAMPLE.COM} on that
    en | I wrote from {o'brien@example.ie} yesterday
    en | mailto:{info.desk@example.com}?subject=hi is what I clicked
    en | Send it to {ada@example.com},{bob@example.com} and {carol@example.net};thanks
    en | Is "{no-reply-77@sub.domain.example.com}" really you?
    en | Write to {ada [at] example [dot] com}, I don't want spam.
    en | It is {ada at example dot com}
    de | Meine Mailadresse lautet {jana.mueller@beispiel.example}.
    de | Bitte antworten Sie an {jörg@müller.example}!
    de | Kontakt:{max@firma.example}
    fr | Mon adresse est {francois.dupont@exemple.example}, merci
    fr | écrivez-moi à {zoe@example.fr}
    es | Mi correo es {lucia_garcia@ejemplo.example}.
    it | La mia e-mail: {m.rossi@posta.example}
    nl | Mail me op {j.de.vries@voorbeeld.example} a.u.b.
    pt | Meu e-mail é {joao-silva@exemplo.com.example}
    pl | Proszę pisać na {kasia.nowak@poczta.example}
    sv | Skicka till {ake@exempel.example} tack
    ja | メールは{taro@example.jp}です。
    uk | Моя пошта: {olena@pryklad.example}
    hi | मेरा ईमेल {ravi.kumar@udaharan.example} है
    `,
  ),
  ...sentences(
    'Telephone number, international',
    `
    en | Call me on {+1 202-555-0143} after six.
    en | {+12025550143} is my cell
    en | My number is {+44 20 7946 0958}.
    en | text {+447700900123} when you arrive
    en | WhatsApp: {+353 20 910 1234}
    en | I moved, it's {+61 491 570 156} now
    en | From abroad dial {0044 20 7946 0958}
    en | reach me under {+1 (202) 555-0172}, ext. 12
    de | Meine Nummer ist {+49 30 23125 123}.
    de | Rufen Sie mich an: {+49 (0) 171 3920012}
    de | mobil {0049 171 3920034}
    de | In Wien erreichen Sie mich unter {+43 1 58858 123}
    de | Schweiz: {+41 44 668 18 00}
    fr | Mon numéro est le {+33 6 39 98 12 34}.
    fr | appelez le {+33639981234}
    fr | depuis la Belgique : {+32 2 555 12 12}
    es | Mi teléfono es {+34 612 34 56 78}
    es | desde México: {+52 55 1234 5678}
    it | Il mio cellulare: {+39 312 345 6789}
    nl | Bel me op {+31 6 12345678}
    pt | Meu celular é {+55 11 96123-4567}
    pl | Mój numer to {+48 512 345 678}
    sv | Ring {+46 70 174 06 05}
    ja | 電話は{+81 90-1234-5678}です
    uk | Мій телефон {+380 50 123 45 67}
    hi | मेरा नंबर {+91 81234 56789} है
    `,
  ),
  ...sentences(
    'Telephone number, national',
    `
    en | Call me on {(202) 555-0143} after six.
    en | my cell: {202-555-0187}
    en | {202.555.0119} works too
    en | {202 555 0119} before noon please
    en | It's {2025550143}
    en | My number is {020 7946 0958}.
    en | text {07700 900123} when you arrive
    en | ring {07700900456}, not the office
    en | I'm on {0491 570 156}
    de | Meine Nummer ist {030 23125 123}.
    de | mobil {0171 3920012}
    de | {0171/3920034} bitte nur abends
    de | Tel. {(030) 23125-456}
    fr | Mon numéro est le {06 39 98 12 34}.
    fr | appelez le {01.99.00.12.34}
    fr | tél : {0639981234}
    es | Mi teléfono es {612 34 56 78}
    it | Il mio cellulare: {312 345 6789}
    nl | Bel me op {06-12345678}
    nl | vast: {020-1234567}
    pt | Meu celular é {(11) 96123-4567}
    pl | Mój numer to {512 345 678}
    sv | Ring {070-174 06 05}
    ja | 電話は{090-1234-5678}です
    uk | Мій телефон {050 123 45 67}
    hi | मेरा नंबर {81234 56789} है
    `,
  ),
  ...sentences(
    'Payment card',
    `
    en | My card number is {4242 4242 4242 4242}.
    en | charge {4111111111111111} please
    en | {5555-5555-5555-4444} exp 12/30
    en | amex {3782 822463 10005}
    en | I paid with {6011 1111 1111 1117} last week
    en | diners: {3056 9309 0259 04}
    en | the card is {4012888888881881}, exp 12/30
    en | card:{378282246310005},name:A
    de | Meine Kartennummer: {5105 1051 0510 5100}
    de | Bitte {4000 0566 5566 5556} belasten
    fr | ma carte est la {4973 0197 5023 9993}
    fr | carte n° {5200828282828210}
    es | mi tarjeta {2223 0031 2200 3222} no funciona
    it | carta {6200 0000 0000 0005}
    nl | kaartnummer {5555555555554444}
    pt | o cartão {4242-4242-4242-4242} foi recusado
    pl | numer karty {4000 0000 0000 3220}
    sv | kortnummer {3530 1113 3330 0000}
    ja | カード番号は{3566002020360505}です
    uk | номер картки {4111 1111 1111 1111}
    hi | मेरा कार्ड {5555 5555 5555 4444} है
    `,
  ),
  ...sentences(
    'IBAN',
    `
    en | Refund to {GB29 NWBK 6016 1331 9268 19}, please.
    en | IBAN: {IE29AIBK93115212345678}
    en | my account is {mt84 malt 0110 0001 2345 mtlc ast0 01s}
    en | pay {AE070331234567890123456} instead
    en | ({SA03 8000 0000 6080 1016 7519}) is the one
    de | Meine IBAN ist {DE89 3704 0044 0532 0130 00}.
    de | Überweisen Sie an {DE89370400440532013000}
    de | Konto: {AT61 1904 3002 3457 3201}
    de | {CH93 0076 2011 6238 5295 7} bei der Post
    de | IBAN {DE89-3704-0044-0532-0130-00}
    fr | Mon IBAN : {FR14 2004 1010 0505 0001 3M02 606}
    fr | virement sur {BE68539007547034}
    fr | au Luxembourg, {LU28 0019 4006 4475 0000}
    es | mi cuenta {ES91 2100 0418 4502 0005 1332}
    it | bonifico a {IT60X0542811101000000123456}
    nl | rekening {NL91 ABNA 0417 1643 00}
    pt | NIB {PT50 0002 0123 1234 5678 9015 4}
    pl | konto {PL61 1090 1014 0000 0712 1981 2874}
    sv | kontot {SE45 5000 0000 0583 9825 7466}
    fi | tilini on {FI21 1234 5600 0007 85}
    da | konto {DK5000400440116243}
    no | konto {NO93 8601 1117 947}
    cs | účet {CZ65 0800 0000 1920 0014 5399}
    tr | hesabım {TR33 0006 1005 1978 6457 8413 26}
    `,
  ),
  ...sentences(
    'National id',
    `
    en | My SSN is {078-05-1120}.
    en | social security {219-09-9999}, born in Ohio
    en | ssn {219099999}
    en | National Insurance number {AB 12 34 56 C}
    en | NINO: {AB123456C}
    en | my SIN is {046 454 286}
    en | passport no. {P12345678}
    de | Meine Steuer-ID: {65 929 970 489}
    de | Personalausweis {T22000129}
    de | AHV {756.9217.0769.85}
    fr | numéro de sécu {1 85 05 78 006 084 91}
    fr | NIR {185057800608491}
    es | mi DNI es {12345678Z}
    es | NIE {X1234567L}
    it | codice fiscale {RSSMRA85T10A562S}
    nl | mijn BSN is {111222333}
    pt | meu CPF é {529.982.247-25}
    pl | PESEL {44051401359}
    sv | personnummer {811218-9876}
    fi | henkilötunnus {131052-308T}
    nl | rijksregisternummer {85.07.30-033.28}
    hi | मेरा आधार {2345 6789 0124} है
    `,
  ),
  ...sentences(
    'Name',
    `
    en | My name is {Ada Lovelace}.
    en | This is {Grace Hopper} from accounting
    en | I'm {Bob}, hi
    en | Dear {Mr. Turing}, thank you
    en | please ask {siobhan o'brien} about it
    de | Ich heiße {Jana Müller}.
    de | Mit freundlichen Grüßen, {Dr. Karl-Heinz Schäfer}
    fr | Je m'appelle {Zoé Lefèvre}
    fr | Bonjour, c'est {Jean-Luc}
    es | Me llamo {Lucía García Pérez}
    it | Sono {Mario Rossi}
    nl | Ik ben {Jan de Vries}
    pt | Meu nome é {João da Silva}
    pl | Nazywam się {Katarzyna Nowak}
    sv | Jag heter {Åke Lindström}
    ja | 私は{山田太郎}です
    uk | Мене звати {Олена Шевченко}
    hi | मेरा नाम {रवि कुमार} है
    `,
  ),
  ...sentences(
    'Postal address',
    `
    en | I live at {12 Analytical Street, London NW1 6XE}.
    en | ship it to {1600 Example Avenue, Springfield, IL 62701}
    en | {221b Baker St} is where I am
    en | PO Box {4711}, Dublin
    de | Ich wohne in der {Musterstraße 12, 10115 Berlin}.
    de | Lieferung an {Am Anger 3a, 99084 Erfurt}
    fr | J'habite {12 rue des Lilas, 75020 Paris}
    es | vivo en la {calle Mayor 7, 28013 Madrid}
    it | abito in {via Roma 1, 20121 Milano}
    nl | ik woon op {Dorpsstraat 5, 1234 AB Utrecht}
    pt | moro na {Rua das Flores, 123}
    pl | mieszkam przy {ul. Polna 4/12, 00-625 Warszawa}
    ja | 住所は{東京都千代田区千代田1-1}です
    `,
  ),
  ...sentences(
    'Date of birth',
    `
    en | I was born on {12/10/1985}.
    en | DOB: {1985-12-10}
    en | my birthday is {December 10, 1985}
    en | born {10 Dec 85}
    de | geboren am {10.12.1985}
    de | Ich bin am {10. Dezember 1985} geboren
    fr | né le {10/12/1985}
    es | nací el {10 de diciembre de 1985}
    it | nato il {10/12/1985}
    nl | geboren op {10-12-1985}
    `,
  ),
]

/** Sentences that look like it, and have none. */
export const HARMLESS = lines(`
    en | My order number is 4711-2025-0143.
    en | Order 112-4839201-7718642 hasn't arrived
    en | Where is order #2025550143?
    en | tracking number 1Z 999 AA1 01 2345 6784
    en | The parcel is 00340434161094021501
    en | RMA 20255501, ticket 884-201-99
    en | invoice INV-2026-000123, due 2026-12-01
    en | customer number 10002345
    en | It fails since version 10.12.1985
    en | I use Node 22.13.0 and pnpm 10.4.1
    en | upgrade from 1.2.3-beta.4 to 2.0.0
    en | Chrome/126.0.6478.127 crashes
    en | Windows 10.0.19045 build 22631
    en | sha 3f786850e387550fdab836ed7e6dc881de23001b is broken
    en | commit 4938201 of 20260103
    en | trace id 4bf92f3577b34da6a3ce929d0e0e4736
    en | request 550e8400-e29b-41d4-a716-446655440000
    en | error 0x80070057 at 0x7ffdf3a2
    en | The timestamp is 1735689600 or 1735689600123
    en | it happened at 2026-01-03T10:20:30.123Z
    en | between 2019-2024 we sold 12,345,678 units
    en | 1 234 567 890 people
    en | The population is 8,045,311,447
    en | pi is 3.14159265358979
    en | 6.02214076e23 atoms
    en | coordinates 48.858370, 2.294481
    en | ISBN 978-3-16-148410-0
    en | ISBN 0-306-40615-2 is out of print
    en | EAN 4006381333931
    en | part no. 555-0199-A
    en | model X-200-555-B
    en | IMEI 49-015420-323751-8
    en | VIN 1HGBH41JXMN109186
    en | MAC 00:1B:44:11:3A:B7
    en | room 202, desk 555, level 3
    en | seats 12, 13, 14 and 15
    en | 555 1234 5678 9012 are the lottery numbers
    en | card ending in 4242
    en | Is 4242 4242 4242 4241 a valid card number?
    en | my game id is 1234 5678 9012 3456
    en | IBAN format is DE followed by 20 digits
    en | Does DE00 0000 0000 0000 0000 00 look right?
    en | DE89 is the start of it
    en | GB29 4711 is a product code
    en | VAT GB 999 9999 73
    en | company number 12345678
    en | Use SUM(A1:B20) and press F5
    en | 192.168.0.1 is the router
    en | ping 127.0.0.1 works
    en | The range is 10.0.0.0/8
    en | bind to 0.0.0.0:8080
    en | ratio 16:9, 1920x1080, 60fps
    en | 3 x 4 = 12 and 100/5 = 20
    en | Score 3-2, then 4-1, then 0-0
    en | 1-800 is the prefix of free numbers
    en | press 1 for sales, 2 for support
    en | open 9-17, Mon-Fri 08:30-12:00
    en | $1,234.56 plus 19% = $1,469.13
    en | budget 20 000 000
    en | npm install @stageflow/core@1.2.3
    en | use @ada on the forum
    en | the decorator @Injectable() is missing
    en | git@github.com:stageflow/stageflow.git doesn't clone
    en | ssh deploy@10.0.0.7 hangs
    en | user@localhost works
    en | a@b is no address
    en | meet me at example.com at noon
    en | look @ this, it's 2 @ 5.99
    en | postgres://app@db:5432/orders
    en | https://example.com/orders/2025550143?page=2
    en | https://example.com/@ada/posts/12
    en | image@2x.png is blurred
    en | RFC 5321 and ISO 8601-1:2019
    en | The SSN format is NNN-NN-NNNN
    en | section 078-05, page 1120
    en | case 19-cv-04321
    en | flight LH 4711 at gate B12
    en | zip code 90210
    en | lot 20260103-07 expired
    en | temperature 20.5 to 25.55 at 01:43
    en | the gene BRCA1 and the drug 5-FU
    en | Section 12.3.4.5 of the manual
    en | license plate ABC-1234
    en | stock AAPL 202.55, MSFT 401.43
    en | job 12345678901 took 3920012 ms
    en | pool 0800-1200 opens early
    en | phone number? I don't have one
    en | My name is not important.
    en | I was born to run
    en | I live in the city
    de | Meine Bestellnummer ist 030-23125-99887.
    de | Auftrag 4711/2026 vom 03.01.2026
    de | Rechnung 2026-0171-3920, fällig am 10.12.2026
    de | Kundennummer 1713920012
    de | Sendung 00340434161094021502 ist weg
    de | Version 24.04.1 läuft nicht
    de | Artikel 171 392 00
    de | Es kostet 1.234.567,89 Euro
    de | § 312 Abs. 5 BGB, Az. 12 O 345/24
    de | Postleitzahl 10115
    de | HRB 123456 B
    de | USt-IdNr. DE123456789
    de | Zählerstand 0012345678
    de | Die Mailadresse fehlt noch
    de | Raum 3.14.15, Platz 92
    fr | Ma commande 06-3998-123456 est perdue
    fr | facture n° 2026/01/0001
    fr | le colis 6A12345678901
    fr | SIRET 732 829 320 00074
    fr | il y a 12 34 56 78 possibilités
    fr | la version 3.10.12 plante
    fr | 1 234 567,89 € au total
    es | mi pedido es 612-345-67890
    es | factura 2026-00012345
    es | código postal 28013
    es | la versión 5.4.3 falla
    it | ordine 312/345/2026
    it | fattura 20260103
    it | partita IVA 12345678903
    nl | bestelling 0612-3456-7890
    nl | factuur 20260103-001
    pt | pedido 11-96123-2026
    pt | versão 7.0.1
    pl | zamówienie 512345678901
    pl | faktura 01/2026/123
    sv | order 070-1740605-22
    sv | version 4.6.70
    ja | 注文番号は1234-5678-9012です
    ja | バージョン10.15.7で動きません
    uk | замовлення 0501234567890
    hi | ऑर्डर संख्या 81234567890123 है
    `).map(({ language, text }) => ({ language, text }))

function sentences(kind, block) {
  return lines(block).map(({ language, text }) => ({
    kind,
    language,
    text: text.replaceAll(/[{}]/g, ''),
    values: [...text.matchAll(/\{([^}]*)\}/g)].map(([, value]) => value),
  }))
}

function lines(block) {
  return block
    .trim()
    .split('\n')
    .map((line) => {
      const [language, text] = line.trim().split(' | ')
      return { language, text }
    })
}
