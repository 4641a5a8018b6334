# SPDX-License-Identifier: MIT
#
# RFC 5234, Appendix B.1: core rules. Syntax only; `-` in a name becomes `_`.

%%{
    machine rfc5234;

    ALPHA  = 0x41..0x5A | 0x61..0x7A;
    CR     = 0x0D;
    LF     = 0x0A;
    CRLF   = CR LF;
    DIGIT  = 0x30..0x39;
    DQUOTE = 0x22;
    HEXDIG = DIGIT | "A"i | "B"i | "C"i | "D"i | "E"i | "F"i;
    HTAB   = 0x09;
    OCTET  = 0x00..0xFF;
    SP     = 0x20;
    VCHAR  = 0x21..0x7E;
}%%
