"""Words of controls that any site has, in languages other than English: whole short lines, by kind of sign.

Knows words only: `signs` compares them. Each kind has German, French, Spanish, Italian, Portuguese, Dutch, Russian and
Turkish, in this order.
"""

from __future__ import annotations

_REST = r"(?: .{1,60})?"

CONTROLS: dict[str, tuple[str, ...]] = {
    "control": (
        rf"(?:direkt )?zum (?:haupt)?inhalt{_REST}|menü|suche|(?:jetzt |hier )?(?:anmelden|einloggen|registrieren)",
        r"(?:jetzt )?(?:abonnieren|testen)|(?:artikel )?(?:teilen|merken|drucken|vorlesen)|anzeige|weiterlesen.*",
        r"aller au contenu.*|rechercher|(?:s['’])?(?:abonner|inscrire|identifier)|se connecter|connexion|publicité",
        r"partager.*|imprimer|envoyer par e-?mail|lire la suite|(?:abonnez|inscrivez|connectez)-vous.*",
        r"(?:saltar|ir) al contenido.*|buscar|suscr[ií]b(?:ete|irse|ase)|iniciar sesi[oó]n|reg[ií]strate|publicidad",
        r"compartir.*|copiar enlace|imprimir|leer más|ver más",
        r"vai al contenuto.*|cerca|abbonati|accedi|registrati|condividi.*|stampa|pubblicità|leggi tutto",
        r"(?:ir|pular) para o conte[uú]do.*|assine(?: já)?|entrar|(?:continua após a )?publicidade|leia mais",
        r"compartilh(?:e|ar).*|partilhar.*",
        r"(?:ga )?naar (?:de )?inhoud.*|zoeken|inloggen|abonneren|word abonnee|delen.*|advertentie|lees meer|afdrukken",
        r"перейти к (?:содержанию|содержимому).*|поиск|войти|вход|подписаться.*|подпишитесь.*|поделиться.*|реклама",
        r"içeriğe (?:geç|atla)|ara|giriş yap|abone ol.*|üye ol|paylaş.*|yazdır|reklam|devamını oku",
    ),
    "count": (
        r"[^\W\d_]+ ?\(\d+\)",
        r"(?:lesezeit|lesedauer|temps de lecture|tiempo de lectura|tempo di lettura|tempo de leitura|leestijd)\b.*",
    ),
    "footer": (
        r"impressum|datenschutz\w*|agb|nutzungsbedingungen|cookie-einstellungen",
        r"mentions légales|politique de confidentialité|gestion des cookies|tous droits réservés.*",
        r"aviso legal|política de (?:privacidad|cookies|privacidade)|todos (?:los|os) (?:derechos|direitos) reserv.*",
        r"(?:informativa|politica) sulla privacy|note legali|tutti i diritti riservati.*|privacybeleid|colofon",
        r".*все права защищены.*|политика конфиденциальности|künye|gizlilik politikası|tüm hakları saklıdır.*",
    ),
    "section": (
        rf"(?:lesen sie|mehr|das könnte sie)(?: \w+)? (?:auch|zum thema|interessieren){_REST}|meistgelesen\w*",
        rf"(?:à )?lire (?:aussi|également){_REST}|(?:les )?plus lus|sur le même sujet|à découvrir",
        rf"(?:más|lea|lee|te puede) (?:informaci[oó]n|también|interesar){_REST}|lo más (?:visto|leído)",
        rf"leggi anche{_REST}|(?:i )?più letti|leia também{_REST}|mais lidas|lees ook{_REST}|meest gelezen",
        rf"(?:читайте|смотрите) (?:также|ещё){_REST}|(?:самое )?читаемое|по теме|ilgili haberler?|en çok okunanlar?",
    ),
    "about": (
        r"(?:themen|schlagw\w+|mots-clés|archivado en|etiquetas|argomenti|temas|trefwoorden|теги|etiketler)(?: ?:.*)?",
    ),
    "comments": (r"kommentare?|commentaires?|comentarios?|commenti|comentários?|reacties|комментари[ий]|yorumlar",),
}
