/* SPDX-License-Identifier: MIT */
/*
 * Prints the mutator's vocabulary as a dictionary that AFL++, libFuzzer and honggfuzz read: a line a word, in quotes, with
 * \xNN for what is not plain. The methods, fields and reasons in it come from the tables of parser/fluxo.
 */
#include "../mutator/words.h"

#include <stdio.h>
#include <string.h>

enum { WORDS_MOST = 1024, LENGTH_MOST = 64 /* libFuzzer leaves longer ones out */ };

static struct word printed[WORDS_MOST];
static size_t count;

static int is_printed(struct word word)
{
    size_t at;

    for (at = 0; at < count; at++)
        if (printed[at].length == word.length && memcmp(printed[at].bytes, word.bytes, word.length) == 0)
            return 1;
    return 0;
}

static int is_plain(char letter)
{
    return letter >= ' ' && letter <= '~' && letter != '"' && letter != '\\';
}

static void print_word(struct word word)
{
    size_t at;

    if (!word.length || word.length > LENGTH_MOST || count == WORDS_MOST || is_printed(word))
        return;
    printed[count++] = word;
    putchar('"');
    for (at = 0; at < word.length; at++)
        printf(is_plain(word.bytes[at]) ? "%c" : "\\x%02X", (unsigned char)word.bytes[at]);
    puts("\"");
}

static void print_list(const char *title, const struct word *words, size_t length)
{
    size_t at;

    printf("# %s\n", title);
    for (at = 0; at < length; at++)
        print_word(words[at]);
}

#define PRINT(words) print_list(#words, words, COUNT(words))

int main(void)
{
    PRINT(methods);
    PRINT(targets);
    PRINT(versions);
    PRINT(statuses);
    PRINT(fields);
    PRINT(colons);
    PRINT(values);
    PRINT(hosts);
    PRINT(numbers);
    PRINT(codings);
    PRINT(connections);
    PRINT(expectations);
    PRINT(protocols);
    PRINT(extensions);
    PRINT(edges);
    PRINT(eols);
    PRINT(requests);
    PRINT(responses);
    return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
