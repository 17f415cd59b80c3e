#include "cases.h"

const struct timed_case timed_cases[CASE_COUNT] = {
    {1000, BALANCED, 4096, 1},      {1000, RUNS, 4096, 1},
    {16384, BALANCED, 256, 1},      {16384, MOSTLY_POSITIVE, 256, 1},
    {1 << 18, BALANCED, 16, 0},     {1 << 18, RARE_POSITIVE, 16, 0},  {1 << 18, RUNS, 16, 0},
    {1 << 21, BALANCED, 2, 0},      {1 << 21, RARE_POSITIVE, 2, 0},   {1 << 21, MOSTLY_POSITIVE, 2, 0},
    {1 << 21, RUNS, 2, 0},          {1 << 24, BALANCED, 1, 0},
};

const int case_sizes[SIZE_COUNT + 1] = {0, 2, 4, 7, 11, 12};
