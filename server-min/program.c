/* SPDX-License-Identifier: MIT */
/* fluxo-server: says hello to every request, and shows at a few paths what else there is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "handlers.h"
#include "log.h"
#include "loop.h"
#include "settings.h"

/* The greeting waits for the whole request, though it does not look at it: a bad one is refused, and the connection stays. */
static const struct request_events greet_at_end = {.end = answer_hello};

/* Mostly what stands before the question mark. */
static struct fluxo_span find_path(const struct fluxo_head *head)
{
    struct fluxo_span path = fluxo_head_target(head);
    struct fluxo_uri uri;
    if (path.start[0] != '/')
        return fluxo_head_uri(head, fluxo_text(NULL), 0, &uri) == FLUXO_DONE ? uri.path : path;
    const char *end = memchr(path.start, '?', path.length);
    path.length = end ? (size_t)(end - path.start) : path.length;
    return path;
}

static void answer(struct request *req, struct response *res)
{
    static const struct {
        struct fluxo_span path;
        handler *handle;
    } handlers[] = {{{"/echo", 5}, answer_echo}, {{"/stream", 7}, answer_stream}, {{"/headers", 8}, answer_headers}};
    struct fluxo_span path = find_path(request_head(req));
    for (size_t i = 0; i < sizeof handlers / sizeof *handlers; i++)
        if (path.length == handlers[i].path.length && memcmp(path.start, handlers[i].path.start, path.length) == 0) {
            handlers[i].handle(req, res);
            return;
        }
    request_on(req, &greet_at_end, NULL);
}

/* As many descriptors as we may have, and the back end can watch. */
static void raise_limit(void)
{
    struct rlimit limit;
    rlim_t most = (rlim_t)loop_backend()->most;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return;
    limit.rlim_cur = most && limit.rlim_max > most ? most : limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void say_what_runs(const struct settings *set, const char *url)
{
    printf("Servidor rodando em %s\n", url);
    printf("(%s, ", loop_backend()->name);
    if (set->workers)
        printf("%u %s", set->workers, set->workers == 1 ? "worker" : "workers");
    else
        printf("one process");
    if (loop_backend()->most)
        printf(", %d descriptors at most", loop_backend()->most);
    printf("; Ctrl-C stops it)\n");
}

int start(int argc, char **argv)
{
    struct settings set = {.host = "127.0.0.1", .port = 1337};
    server_settings_init(&set.server);
    settings_read(&set, argc, argv);
    loop_use(set.backend);
    raise_limit();
    if (set.access_log && log_open(set.access_log) < 0) {
        fprintf(stderr, "fluxo-server: %s: ", set.access_log);
        perror(NULL);
        return EXIT_FAILURE;
    }
    set.server.logs = set.access_log != NULL;
    struct server *server = server_create(answer);
    if (server)
        server_set(server, &set.server);
    atexit(log_flush);
    const char *url = server_share(server, set.host, set.port, set.workers);
    if (!url)
        return EXIT_FAILURE;
    if (!set.is_quiet)
        say_what_runs(&set, url);
    return 0;
}
