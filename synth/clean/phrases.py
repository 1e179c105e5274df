"""The set phrases of mail programs and letter writers, by language, as patterns.

Every pattern is anchored where it is used and bounded, so that a line costs linear time.
"""

from __future__ import annotations

import re

from models.wordlists import words

VERBS_OF_SAYING = (
    "wrote|writes|said"
    "|écrit|ecrit|crit"  # the last where an archive lost the accent
    "|schrieb|schreibt|geschrieben"
    "|escribió|escribio|escreveu|scritto|scrive|schreef|skrev|kirjoitti"
    r"|napisał\(?a?\)?|napsal\(?a?\)?"
)
DATE_OPENERS = "On|At|Le|Am|El|Il|Op|Den|Em|På|Dne|W dniu"
QUOTE_OPENERS = "Quoting|Zitat von|Citation de|Citando"
WEEKDAYS = "Mon|Tue|Wed|Thu|Fri|Sat|Sun|lun|mar|mer|jeu|ven|sam|dim|Mo|Di|Mi|Do|Fr|Sa|So"
HEADER_FROM = "From|De|Von|Da|Van|Från|Fra|Expéditeur|Absender|Od"
HEADER_FIELDS = (
    "Sent|Date|To|Cc|Bcc|Subject|Reply-To|Importance"
    "|Envoyé(?: le)?|Date d'envoi|À|A|Objet|Copie(?: à)?|Destinataire"
    "|Gesendet(?: am)?|Datum|An|Betreff|Kopie"
    "|Enviad[ao](?: el| em)?|Fecha|Para|Asunto|Assunto|Inviato|Data|Oggetto"
    "|Verzonden|Aan|Onderwerp|Skickat|Till|Ämne|Sendt|Til|Emne"
)
ORIGINAL_MESSAGE = (
    "Original (?:Message|Appointment|Nachricht)|Original-?Nachricht"
    r"|Urspr(?:ü|\?|ue)ngliche (?:Nachricht|Mail)|Weitergeleitete Nachricht"
    "|(?:Message|Courriel) (?:d.origine|original|initial|transféré)"
    "|Mensaje (?:original|reenviado)|Mensagem original|Messaggio (?:originale|inoltrato)"
    "|Oorspronkelijk bericht|Doorgestuurd bericht|Ursprungligt meddelande"
    r"|Forwarded (?:message|by\b.{0,80})"
)
FORWARD_OPENERS = (
    "Begin forwarded message"
    "|Début du message (?:transféré|réexpédié)"
    "|Anfang der weitergeleiteten (?:Nachricht|E-Mail)"
)

LIST_FOOTER = re.compile(
    r".{0,80}mailing list\b"
    r"|.{0,60}(?:unsubscribe|désabonner|désinscri|abmelden|abbestellen)"
    r"|(?:List|Listen?|Liste)-?(?:info|archiv)"
    r"|.{0,40}https?://\S{0,200}?(?:mailman|listinfo|lists?\.|listes?\.|groups\.google)",
    re.IGNORECASE,
)
GROUP_FOOTER = re.compile(
    r"\s*(?:You received this message because you are subscribed"
    r"|To unsubscribe from this (?:group|list)"
    r"|Vous recevez ce message, car vous êtes abonné"
    r"|Sie (?:haben|erhalten) diese Nachricht(?: erhalten)?, weil Sie)",
    re.IGNORECASE,
)
DEVICE = re.compile(
    r"\s*(?:Sent (?:from|via|with|using) (?:my\s|an?\s|the\s)?\S.{0,50}"
    r"|Get Outlook for .{0,30}"
    r"|Envoyé (?:de|depuis|à partir de|avec) .{2,60}|Télécharger Outlook .{0,30}"
    r"|(?:Von|Mit) mein(?:em|er) .{2,40} gesendet|Gesendet (?:von|mit) .{2,50}"
    r"|Diese Nachricht wurde von mein.{2,50} gesendet"
    r"|Enviado (?:desde|do) .{2,40}|Inviato da(?:l mio)? .{2,40}"
    r"|Verzonden (?:vanaf|met) .{2,40})$",
    re.IGNORECASE,
)
NOTICE = re.compile(
    r".{0,300}\.\.\.\{\{dropped:\d+\}\}"
    r"|\s*\W{0,4}(?:CONFIDENTIALITY|DISCLAIMER|IMPORTANT(?: NOTICE)?:"
    r"|This (?:e-?mail|message|communication)\b.{0,60}"
    r"(?:confidential|intended|privileged|attachment)"
    r"|The information (?:contained )?in this (?:e-?mail|message)"
    r"|Ce (?:message|courriel|mail)\b.{0,80}(?:confidenti|destin|pièces? jointes?)"
    r"|Diese (?:E-?Mail|Nachricht)\b.{0,60}(?:vertraulich|Anhänge|bestimmt))",
    re.IGNORECASE,
)

_CLOSINGS = (
    # English
    r"(?:(?:with|many|all|my|kind|kindest|best|warm|warmest|very|friendly|sincere|cordial) )*"
    r"(?:regards|wishes|greetings|best|cheers|sincerely|respectfully|rgds|br|ciao"
    r"|yours(?: (?:sincerely|truly|faithfully))?)",
    r"(?:hth|hope (?:this|that|it) helps)",
    r"(?:thanks?|thank you|thx|tia|many thanks)"
    r"(?: (?:you|again|so much|very much|a lot|in advance|all|everyone"
    r"|for (?:your|the|any) (?:help|time|advice|input|support|answers?|suggestions?)))*"
    r"(?: and (?:best|kind|all|cheers)[\w ]{0,20})?",
    # French
    r"(?:bien |très )*(?:cordialement|amicalement|sincèrement|respectueusement)(?: vôtre)?",
    r"(?:bien à (?:vous|toi)|à bientôt|amitiés|bonne (?:journée|soirée))",
    r"(?:(?:meilleures|sincères) )?salutations(?: \w+){0,2}",
    r"(?:grand )?merci(?: (?:d'avance|beaucoup|à tous|par avance|bien))*",
    # German
    r"(?:mit )?(?:freundliche|beste|liebe|herzliche|viele|schöne|sonnige)[nr]?"
    r"(?: (?:freundlichen|lieben))? (?:gr(?:ü|u|ue|\?)(?:ß|ss|\?)e?n?|dank)(?: \w+ \w+)?",
    r"(?:mfg|lg|vg|gruß|grüße|gruss|grüsse|danke(?: (?:im voraus|schön|euch))?)",
    # neighbours
    r"(?:saludos(?: cordiales)?|un saludo|gracias|cordiali saluti|saluti|grazie)",
    r"(?:abraços?|obrigad[oa]|(?:met vriendelijke )?groet(?:en)?)",
)
CLOSING = re.compile(
    rf"\s*(?:{'|'.join(_CLOSINGS)})\s?[,.!;…-]{{0,3}}\s*(?:[:;]-?\)|👋|🙏)?\s*$", re.IGNORECASE
)
CLOSING_WITH_NAME = re.compile(
    r"\s*(?:best|regards|best regards|best wishes|cheers|thanks|thank you|hth|hope this helps"
    r"|cordialement|merci|amicalement|gruß|viele grüße|liebe grüße|lg|vg|mfg)"
    r"\s?[,;.-]?\s+(?:/\s?)?(.{2,40})$",
    re.IGNORECASE,
)
POSITION = re.compile(
    r"\b(?:Prof(?:essor|\.)?|Dr\.?|Ph\.? ?D|Universit\w*|Institut\w*|Dep(?:artmen)?t"
    r"|Département|Laboratoire|Tel|Phone|Mobile|Tél|Fax|Director|Scientist|Engineer|Researcher)\b"
    r"|https?://|www\.|@\w|\[email\]|\+\d\d",
    re.IGNORECASE,
)
ONE_WORD_ANSWERS = words("""
yes no yep nope sure ok okay done fixed agreed exactly indeed correct maybe right true false
great perfect wow oui non si exact parfait entendu voilà ja nein doch genau klar stimmt
richtig sí hello hi bonjour hallo
""")
