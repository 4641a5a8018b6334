# SPDX-License-Identifier: MIT
#
# RFC 5234, Appendix B.1: core rules. Syntax only; `-` in a name becomes `_`.

%%{
    machine rfc5234;

    ALPHA  = 0x41..0x5A | 0x61..0x7A;
    BIT    = "0" | "1";
    CHAR   = 0x01..0x7F;
    CR     = 0x0D;
    LF     = 0x0A;
    CRLF   = CR LF;
    CTL    = 0x00..0x1F | 0x7F;
    DIGIT  = 0x30..0x39;
    DQUOTE = 0x22;
    HEXDIG = DIGIT | "A"i | "B"i | "C"i | "D"i | "E"i | "F"i;
    HTAB   = 0x09;
    SP     = 0x20;
    WSP    = SP | HTAB;
    LWSP   = ( WSP | CRLF WSP )*;
    OCTET  = 0x00..0xFF;
    VCHAR  = 0x21..0x7E;
}%%
