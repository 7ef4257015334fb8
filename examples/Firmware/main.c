/*
 * Runs a model on every input of the file inputs.bin and writes outputs.bin: for each input the outputs, then two 32-bit numbers,
 * the ticks of SysTick that the call took and the bytes of stack. The model is what -DMODEL_HEADER and -DMODEL name:
 *   arm-none-eabi-gcc … '-DMODEL_HEADER="digits.h"' -DMODEL=DIGITS start.c main.c digits.o
 */
#include MODEL_HEADER
#include "semihosting.h"

#define PASTE2(a, b) a##b
#define PASTE(a, b) PASTE2(a, b)
#define INPUT_BYTES PASTE(MODEL, _INPUT_BYTES)
#define OUTPUT_BYTES PASTE(MODEL, _OUTPUT_BYTES)
#define OUTPUT_TYPE PASTE(MODEL, _OUTPUT_TYPE)
#define OUTPUT_LENGTH PASTE(MODEL, _OUTPUT_LENGTH)
#define PREDICT PASTE(MODEL, _PREDICT)

#ifndef INSTRUCTIONS_PER_TICK
#define INSTRUCTIONS_PER_TICK 1
#endif

static volatile uint32_t *const systick = (volatile uint32_t *)0xE000E010; /* control, reload, value */

static uint64_t input[(INPUT_BYTES + 7) / 8], output[(OUTPUT_BYTES + 7) / 8];

extern uint32_t __stack_limit;

void stop(int code)
{
    const uint32_t arguments[2] = { code == 0 ? 0x20026 : 0x20023, (uint32_t)code };
    host_call(HOST_EXIT, arguments);
    for (;;);
}

static void print_number(const char *before, uint32_t number, const char *after)
{
    char text[12];
    char *at = text + sizeof text - 1;
    *at = 0;
    do *--at = (char)('0' + number % 10); while (number /= 10);
    host_print(before);
    host_print(at);
    host_print(after);
}

/* Calls the model between two readings of the clock, on painted stack. */
__attribute__((noinline)) static void call(uint32_t *ticks, uint32_t *stack)
{
    const uint32_t paint = 0xA5A5C3C3u;
    uint32_t *here;
    __asm volatile("mov %0, sp" : "=r"(here));
    for (volatile uint32_t *p = &__stack_limit; p < here; p++) *p = paint;
    const uint32_t start = systick[2];
    PREDICT(input, output);
    *ticks = (start - systick[2]) & 0xFFFFFF;
    const volatile uint32_t *deepest = &__stack_limit;
    while (deepest < here && *deepest == paint) deepest++;
    *stack = (uint32_t)((const char *)here - (const char *)deepest);
}

static uint32_t largest(void)
{
    const OUTPUT_TYPE *values = (const OUTPUT_TYPE *)output;
    uint32_t best = 0;
    for (uint32_t i = 1; i < OUTPUT_LENGTH; i++)
        if (values[i] > values[best]) best = i;
    return best;
}

int main(void)
{
    const int inputs = host_open("inputs.bin", HOST_FILE_READ), outputs = host_open("outputs.bin", HOST_FILE_WRITE);
    if (inputs < 0 || outputs < 0) {
        host_print("inputs.bin cannot be read, or outputs.bin not written\n");
        return 1;
    }

    systick[1] = 0xFFFFFF;
    systick[2] = 0;
    systick[0] = 5;
    for (uint32_t i = 0; host_read(inputs, input, INPUT_BYTES) == 0; i++) {
        uint32_t record[2];
        call(&record[0], &record[1]);
        host_write(outputs, output, OUTPUT_BYTES);
        host_write(outputs, record, sizeof record);
        print_number("input ", i, ": ");
        print_number("output ", largest(), " is the largest, ");
        print_number("", record[0] * INSTRUCTIONS_PER_TICK, " instructions\n");
    }

    host_close(outputs);
    return 0;
}
