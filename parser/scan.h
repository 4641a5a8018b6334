/* SPDX-License-Identifier: MIT */
/*
 * Classes of octets, told for 32 octets at once: bit n of an answer is set where octet n ends a run of the class.
 *
 * How this works: a class of ASCII characters is two tables of 16. An octet's low half chooses a row of the first, its high
 * half a bit in the second; where the row has the bit, the octet is of the class. Octets above 7F find nothing. What may stand
 * in a value is told by comparisons.
 *
 * Nothing but the 32 octets is read. tests/lane.c compares each class with the grammar's rule of the same name.
 */
#ifndef FLUXO_SCAN_H
#define FLUXO_SCAN_H

#include <stdint.h>

#if !defined(FLUXO_PLAIN) && defined(__GNUC__) && defined(__x86_64__)
#define FLUXO_X86
#include <immintrin.h>
#elif !defined(FLUXO_PLAIN) && defined(__GNUC__) && defined(__aarch64__)
#define FLUXO_NEON
#include <arm_neon.h>
#endif

struct fluxo_class {
    uint8_t rows[32]; /* the 16, twice: that is how the widest instruction wants them */
};

#define ROWS(...)                                                                                                              \
    {                                                                                                                          \
        {                                                                                                                      \
            __VA_ARGS__, __VA_ARGS__                                                                                           \
        }                                                                                                                      \
    }

static const struct fluxo_class fluxo_high_bits = ROWS(1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0);

/* RFC 9110 5.6.2: tchar */
static const struct fluxo_class fluxo_tchar =
    ROWS(0xE8, 0xFC, 0xF8, 0xFC, 0xFC, 0xFC, 0xFC, 0xFC, 0xF8, 0xF8, 0xF4, 0x54, 0xD0, 0x54, 0xF4, 0x70);

/* RFC 3986 3.3, 3.4: what stands in a path and a query, but for escapes */
static const struct fluxo_class fluxo_path_query =
    ROWS(0xB8, 0xFC, 0xF8, 0xF8, 0xFC, 0xF8, 0xFC, 0xFC, 0xFC, 0xFC, 0xFC, 0x5C, 0x54, 0x5C, 0xD4, 0x7C);

/* RFC 3986 3.2.2: reg-name, but for escapes */
static const struct fluxo_class fluxo_reg_name =
    ROWS(0xA8, 0xFC, 0xF8, 0xF8, 0xFC, 0xF8, 0xFC, 0xFC, 0xFC, 0xFC, 0xF4, 0x5C, 0x54, 0x5C, 0xD4, 0x70);

static inline int fluxo_is_of(const struct fluxo_class *of, unsigned char octet)
{
    return of->rows[octet & 15] & fluxo_high_bits.rows[octet >> 4];
}

/* RFC 9110 5.5: what may stand inside a field value, and in a reason-phrase: HTAB, SP, VCHAR, obs-text */
static inline int fluxo_is_value(unsigned char octet)
{
    return octet >= ' ' ? octet != 0x7F : octet == '\t';
}

/*
 * What a loop has in registers. Each set of instructions has
 *
 *     struct fluxo_scan_SET fluxo_begin_scan_SET(class)   for that class, and for values
 *     fluxo_outside_SET(scan, p)   the octets that are not of the class
 *     fluxo_stops_SET(scan, p)     those that may not stand in a value, HTAB, and those above 7F
 *     fluxo_controls_SET(p)        those that may not stand in a value
 */

/* ---- x86: AVX2, and SSSE3 ---- */

#ifdef FLUXO_X86
#define FLUXO_AVX2 __attribute__((target("avx2,bmi,bmi2")))
#define FLUXO_SSSE3 __attribute__((target("ssse3")))

/* Constants of vectors, in memory: a compiler that knows what is there makes each anew out of smaller ones, where it is used.
 */
struct fluxo_constants {
    uint8_t half[32], one[32], least[32];
};
#define FLUXO_8(octet) octet, octet, octet, octet, octet, octet, octet, octet
#define FLUXO_32(octet)                                                                                                        \
    {                                                                                                                          \
        FLUXO_8(octet), FLUXO_8(octet), FLUXO_8(octet), FLUXO_8(octet)                                                         \
    }
static const struct fluxo_constants fluxo_constants = {FLUXO_32(15), FLUXO_32(1), FLUXO_32(33)};
#undef FLUXO_32
#undef FLUXO_8

#define FLUXO_FORGET(pointer) __asm__("" : "+r"(pointer))

struct fluxo_scan_avx2 {
    __m256i rows, bits, half, one, least;
};

static inline FLUXO_AVX2 struct fluxo_scan_avx2 fluxo_begin_scan_avx2(const struct fluxo_class *of)
{
    const struct fluxo_constants *constants = &fluxo_constants;
    struct fluxo_scan_avx2 scan;

    FLUXO_FORGET(constants);
    scan.rows = _mm256_loadu_si256((const __m256i *)(const void *)of->rows);
    scan.bits = _mm256_loadu_si256((const __m256i *)(const void *)fluxo_high_bits.rows);
    scan.half = _mm256_loadu_si256((const __m256i *)(const void *)constants->half);
    scan.one = _mm256_loadu_si256((const __m256i *)(const void *)constants->one);
    scan.least = _mm256_loadu_si256((const __m256i *)(const void *)constants->least);
    return scan;
}

static inline FLUXO_AVX2 uint32_t fluxo_outside_avx2(const struct fluxo_scan_avx2 *scan, const unsigned char *p)
{
    const __m256i octets = _mm256_loadu_si256((const __m256i *)(const void *)p);
    const __m256i halves = _mm256_and_si256(_mm256_srli_epi16(octets, 4), scan->half);
    const __m256i both = _mm256_and_si256(_mm256_shuffle_epi8(scan->rows, octets), _mm256_shuffle_epi8(scan->bits, halves));

    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(both, _mm256_setzero_si256()));
}

/* One more than the octet is, as a signed number, 33 or above for all others. */
static inline FLUXO_AVX2 uint32_t fluxo_stops_avx2(const struct fluxo_scan_avx2 *scan, const unsigned char *p)
{
    const __m256i octets = _mm256_loadu_si256((const __m256i *)(const void *)p);

    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpgt_epi8(scan->least, _mm256_add_epi8(octets, scan->one)));
}

static inline FLUXO_AVX2 uint32_t fluxo_controls_avx2(const unsigned char *p)
{
    const __m256i octets = _mm256_loadu_si256((const __m256i *)(const void *)p);
    const __m256i low = _mm256_cmpeq_epi8(_mm256_min_epu8(octets, _mm256_set1_epi8(31)), octets);
    const __m256i tabs = _mm256_cmpeq_epi8(octets, _mm256_set1_epi8('\t'));
    const __m256i dels = _mm256_cmpeq_epi8(octets, _mm256_set1_epi8(0x7F));

    return (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(_mm256_andnot_si256(tabs, low), dels));
}

struct fluxo_scan_ssse3 {
    __m128i rows, bits, half, one, least;
};

static inline FLUXO_SSSE3 struct fluxo_scan_ssse3 fluxo_begin_scan_ssse3(const struct fluxo_class *of)
{
    const struct fluxo_constants *constants = &fluxo_constants;
    struct fluxo_scan_ssse3 scan;

    FLUXO_FORGET(constants);
    scan.rows = _mm_loadu_si128((const __m128i *)(const void *)of->rows);
    scan.bits = _mm_loadu_si128((const __m128i *)(const void *)fluxo_high_bits.rows);
    scan.half = _mm_loadu_si128((const __m128i *)(const void *)constants->half);
    scan.one = _mm_loadu_si128((const __m128i *)(const void *)constants->one);
    scan.least = _mm_loadu_si128((const __m128i *)(const void *)constants->least);
    return scan;
}

static inline FLUXO_SSSE3 uint32_t fluxo_outside_16(const struct fluxo_scan_ssse3 *scan, const unsigned char *p)
{
    const __m128i octets = _mm_loadu_si128((const __m128i *)(const void *)p);
    const __m128i halves = _mm_and_si128(_mm_srli_epi16(octets, 4), scan->half);
    const __m128i both = _mm_and_si128(_mm_shuffle_epi8(scan->rows, octets), _mm_shuffle_epi8(scan->bits, halves));

    return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(both, _mm_setzero_si128()));
}

static inline FLUXO_SSSE3 uint32_t fluxo_stops_16(const struct fluxo_scan_ssse3 *scan, const unsigned char *p)
{
    const __m128i octets = _mm_loadu_si128((const __m128i *)(const void *)p);

    return (uint32_t)_mm_movemask_epi8(_mm_cmpgt_epi8(scan->least, _mm_add_epi8(octets, scan->one)));
}

static inline FLUXO_SSSE3 uint32_t fluxo_controls_16(const unsigned char *p)
{
    const __m128i octets = _mm_loadu_si128((const __m128i *)(const void *)p);
    const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(octets, _mm_set1_epi8(31)), octets);
    const __m128i tabs = _mm_cmpeq_epi8(octets, _mm_set1_epi8('\t'));
    const __m128i dels = _mm_cmpeq_epi8(octets, _mm_set1_epi8(0x7F));

    return (uint32_t)_mm_movemask_epi8(_mm_or_si128(_mm_andnot_si128(tabs, low), dels));
}

static inline FLUXO_SSSE3 uint32_t fluxo_outside_ssse3(const struct fluxo_scan_ssse3 *scan, const unsigned char *p)
{
    return fluxo_outside_16(scan, p) | fluxo_outside_16(scan, p + 16) << 16;
}

static inline FLUXO_SSSE3 uint32_t fluxo_stops_ssse3(const struct fluxo_scan_ssse3 *scan, const unsigned char *p)
{
    return fluxo_stops_16(scan, p) | fluxo_stops_16(scan, p + 16) << 16;
}

static inline FLUXO_SSSE3 uint32_t fluxo_controls_ssse3(const unsigned char *p)
{
    return fluxo_controls_16(p) | fluxo_controls_16(p + 16) << 16;
}
#endif

/* ---- AArch64, which always has NEON ---- */

#ifdef FLUXO_NEON
struct fluxo_scan_neon {
    uint8x16_t rows, bits;
};

static inline struct fluxo_scan_neon fluxo_begin_scan_neon(const struct fluxo_class *of)
{
    struct fluxo_scan_neon scan;

    scan.rows = vld1q_u8(of->rows);
    scan.bits = vld1q_u8(fluxo_high_bits.rows);
    return scan;
}

/* A bit for each of 32 octets, which are 0 or FF. */
static inline uint32_t fluxo_bits_neon(uint8x16_t first, uint8x16_t second)
{
    static const uint8_t places[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t place = vld1q_u8(places);
    uint8x16_t sums = vpaddq_u8(vandq_u8(first, place), vandq_u8(second, place));

    sums = vpaddq_u8(sums, sums);
    sums = vpaddq_u8(sums, sums);
    return vgetq_lane_u32(vreinterpretq_u32_u8(sums), 0);
}

static inline uint8x16_t fluxo_outside_16(const struct fluxo_scan_neon *scan, const unsigned char *p)
{
    const uint8x16_t octets = vld1q_u8(p);
    const uint8x16_t rows = vqtbl1q_u8(scan->rows, vandq_u8(octets, vdupq_n_u8(15)));
    const uint8x16_t bits = vqtbl1q_u8(scan->bits, vshrq_n_u8(octets, 4));

    return vmvnq_u8(vtstq_u8(rows, bits));
}

static inline uint8x16_t fluxo_controls_16(const unsigned char *p)
{
    const uint8x16_t octets = vld1q_u8(p);
    const uint8x16_t low = vcltq_u8(octets, vdupq_n_u8(' '));

    return vorrq_u8(vbicq_u8(low, vceqq_u8(octets, vdupq_n_u8('\t'))), vceqq_u8(octets, vdupq_n_u8(0x7F)));
}

static inline uint32_t fluxo_outside_neon(const struct fluxo_scan_neon *scan, const unsigned char *p)
{
    return fluxo_bits_neon(fluxo_outside_16(scan, p), fluxo_outside_16(scan, p + 16));
}

static inline uint32_t fluxo_controls_neon(const unsigned char *p)
{
    return fluxo_bits_neon(fluxo_controls_16(p), fluxo_controls_16(p + 16));
}

static inline uint32_t fluxo_stops_neon(const struct fluxo_scan_neon *scan, const unsigned char *p)
{
    (void)scan;
    return fluxo_controls_neon(p);
}
#endif

#undef ROWS

#endif
