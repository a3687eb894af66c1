"""Marks that logo training never sees: all vehicle makers, and the marks that are set aside for testing.

Names are compared word by word with the beginning of a mark's title, so that "apple" also leaves
out "Apple Music". Sub-brands and former names stand beside their owners.
"""

from __future__ import annotations

import re
import unicodedata

VEHICLES = """
abarth; acura; aiways; aixam; alfa romeo; alpine; aprilia; ariel; aston martin; audi; austin; bajaj; bentley; bmw; brabham; bugatti;
buick; byd; cadillac; changan; chery; chevrolet; chrysler; citroen; cupra; dacia; daewoo; daf; daihatsu; daimler; delorean; dodge;
ds automobiles; ducati; eagle; faraday future; ferrari; fiat; fisker; ford; foton; freightliner; geely; general motors; genesis; gmc;
great wall; harley davidson; harley-davidson; haval; hero motocorp; hino; holden; honda; hummer; husqvarna; hyundai; ineos; infiniti;
isuzu; iveco; jac; jaguar; jeep; john deere; kamaz; karma; kawasaki; kenworth; kia; koenigsegg; ktm; lada; lamborghini; lancia;
land rover; landrover; leyland; lexus; li auto; lincoln; lotus; lucid; lynk; mack; mahindra; man; maserati; maybach; mazda; mclaren;
mercedes; mercedes benz; mercury; mg; mini; mitsubishi; moto guzzi; navistar; neta; nio; nissan; oldsmobile; opel; pagani; paccar;
peterbilt; peugeot; piaggio; polaris; polestar; pontiac; porsche; proton; ram; range rover; renault; rimac; rimac automobili; rivian;
rolls royce; rolls-royce; royal enfield; saab; saic; saturn; scania; scion; seat; skoda; smart; spyker; ssangyong; subaru; suzuki;
tata; tesla; toyota; triumph; tvs; vauxhall; vector; vespa; vinfast; volkswagen; volvo; western star; wiesmann; wuling; xpeng;
yamaha motor; zeekr; zero motorcycles
"""

SET_ASIDE = """
adidas; aldi; apple; macos; ios; ipados; iphone; ipad; ipod; itunes; icloud; safari; airplay; airtable apple; app store; appstore; imessage; imac;
siri; carplay; facetime; finder; swift; xcode; apple music; asus; republic of gamers; rog; zenbook; at&t; att; at and t; audible; bacardi; ikea;
intel; celeron; pentium; kelloggs; kellogg; pringles; kfc; kentucky; kodak; lacoste; lays; lay s; walkers; lego; bricklink; levis; levi s; lidl;
mastercard; maestro; cirrus; mcdonalds; mcdonald s; mcdonald; microsoft; windows; xbox; azure; bing; outlook; onedrive; onenote; office; skype;
visual studio; visualstudio; hotmail; msn; internet explorer; edge; sharepoint; minecraft; powershell; powerpoint; excel; word; teams; cortana;
milka; nasa; nbc; msnbc; cnbc; peacock; nestle; nescafe; nespresso; kitkat; netflix; nike; jordan; converse; nivea; beiersdorf; nokia; hmd;
omega; oreo; paypal; venmo; braintree; pepsi; pepsico; 7up; gatorade; philips; pizza hut; pizzahut; playboy; prada; puma; quiksilver; red bull;
redbull; reebok; ritter sport; rolex; samsung; galaxy; smartthings; tizen; santander; shell; siemens; sony; playstation; bravia; spotify; sprite;
coca cola; starbucks; subway; superdry; tesco; texaco; chevron; twitter; x; tweetdeck; periscope; uefa; champions league; umbro; unicef; ups;
vans; visa; vodafone; volcom; whatsapp; wikipedia; wikimedia; wikimedia foundation; wikidata; wiktionary; wikivoyage; wikiquote; wikibooks;
wikiversity; mediawiki; wwf; yahoo; tumblr; flickr; youtube; zara; inditex
"""


def words(text: str) -> list[str]:
    """A title's words in plain lower-case letters and digits."""
    plain = unicodedata.normalize("NFKD", text.replace("&", " and ").replace("'", "").replace("’", ""))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).lower()
    return re.findall(r"[a-z0-9]+", plain)


def names(text: str) -> list[list[str]]:
    """The lists above, as words."""
    return [w for w in (words(part) for part in text.split(";")) if w]


EXCLUDED = names(VEHICLES) + names(SET_ASIDE)


def excluded(title: str) -> bool:
    """Whether a mark with this title must stay out of training."""
    mine = words(title)
    joined = "".join(mine)
    return any(mine[: len(name)] == name or joined == "".join(name) for name in EXCLUDED)
