/* SPDX-License-Identifier: MIT */
/*
 * Which ways do the branches of a program go? To be preloaded; x86-64 and Linux only, as branch mutants are.
 *
 * How this works: in the program's file the first byte of each branch is a breakpoint. The environment's BRANCHES names a file
 * of rows, each a branch's address in the file and its code; WAYS a file with a byte for each, which is mapped, so that a
 * process that dies or forks has said what it knows. At a breakpoint the branch is done by hand. When both ways have been seen
 * the branch gets its byte back, and so it does when it has gone one way very often: then nothing is known of the other.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <ucontext.h>
#include <unistd.h>

enum { TAKEN = 1, PASSED = 2, BOTH = 3, UNKNOWN = 4, PATIENCE = 20000 };

struct row {
    uint64_t address;
    uint8_t length, code[7];
};

static struct row *rows;
static size_t row_count;
static uint8_t *ways;
static uint32_t *times;
static uint8_t *base;

static void *map_file(const char *path, int flags, int protection, size_t *size)
{
    int fd = open(path, flags);
    struct stat status;
    void *memory;

    if (fd < 0 || fstat(fd, &status) < 0)
        abort();
    *size = (size_t)status.st_size;
    memory = mmap(NULL, *size, protection, MAP_SHARED, fd, 0);
    close(fd);
    if (memory == MAP_FAILED)
        abort();
    return memory;
}

static size_t find_row(uint64_t address)
{
    size_t low = 0, high = row_count;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (rows[middle].address <= address)
            low = middle;
        else
            high = middle;
    }
    return rows[low].address == address ? low : row_count;
}

/* The processor's sixteen conditions; an odd one is the even one before it, denied. */
static int is_met(unsigned condition, uint64_t flags)
{
    int carry = flags & 1, parity = flags >> 2 & 1, zero = flags >> 6 & 1, sign = flags >> 7 & 1, overflow = flags >> 11 & 1;
    const int met[] = {overflow, carry, zero, carry | zero, sign, parity, sign ^ overflow, zero | (sign ^ overflow)};

    return met[condition >> 1] ^ (int)(condition & 1);
}

static int64_t read_distance(const struct row *row)
{
    int32_t distance;

    if (row->length == 2)
        return (int8_t)row->code[1];
    memcpy(&distance, row->code + 2, sizeof distance);
    return distance;
}

static void on_trap(int number, siginfo_t *info, void *context)
{
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    uint64_t address = (uint64_t)registers[REG_RIP] - 1 - (uint64_t)(uintptr_t)base;
    size_t at = find_row(address);
    const struct row *row = &rows[at];
    int taken;

    (void)info;
    if (at == row_count) {
        signal(number, SIG_DFL);
        raise(number);
        return;
    }
    taken = is_met(row->code[row->length == 2 ? 0 : 1] & 15, (uint64_t)registers[REG_EFL]);
    ways[at] |= taken ? TAKEN : PASSED;
    registers[REG_RIP] += row->length - 1 + (taken ? read_distance(row) : 0);
    if (++times[at] >= PATIENCE)
        ways[at] |= UNKNOWN;
    if ((ways[at] & BOTH) == BOTH || (ways[at] & UNKNOWN))
        base[row->address] = row->code[0];
}

static int open_program(struct dl_phdr_info *info, size_t size, void *data)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);

    (void)size;
    (void)data;
    base = (uint8_t *)info->dlpi_addr;
    for (int nth = 0; nth < info->dlpi_phnum; nth++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[nth];
        uint8_t *first = base + segment->p_vaddr / page * page, *last = base + segment->p_vaddr + segment->p_memsz;
        if (segment->p_type == PT_LOAD && (segment->p_flags & PF_X) &&
            mprotect(first, (size_t)(last - first), PROT_READ | PROT_WRITE | PROT_EXEC) < 0)
            abort();
    }
    return 1; /* the program is the first */
}

__attribute__((constructor)) static void begin(void)
{
    const char *branches = getenv("BRANCHES"), *told = getenv("WAYS");
    struct sigaction action = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO | SA_NODEFER};
    size_t size;

    if (!branches || !told)
        return;
    rows = map_file(branches, O_RDONLY, PROT_READ, &size);
    row_count = size / sizeof *rows;
    ways = map_file(told, O_RDWR, PROT_READ | PROT_WRITE, &size);
    times = calloc(row_count, sizeof *times);
    if (!times)
        abort();
    dl_iterate_phdr(open_program, NULL);
    sigaction(SIGTRAP, &action, NULL);
}
