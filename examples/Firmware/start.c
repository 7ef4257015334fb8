/* Start-up of a Cortex-M with a floating-point unit: vectors, memory, FPU. Nothing here computes a part of the model. */
#include <stdint.h>

extern uint32_t __stack_top, __data_load, __data_start, __data_end, __bss_start, __bss_end;
extern int main(void);
extern void stop(int code);

void reset(void)
{
    volatile uint32_t *const cpacr = (volatile uint32_t *)0xE000ED88;
    *cpacr |= 0xFu << 20; /* the FPU is off after reset */
    __asm volatile("dsb\n\tisb");
    for (uint32_t *from = &__data_load, *to = &__data_start; to < &__data_end;) *to++ = *from++;
    for (uint32_t *to = &__bss_start; to < &__bss_end;) *to++ = 0;
    stop(main());
}

/* What must not happen ends the program: an emulator or a watchdog sees it. */
static void fault(void)
{
    stop(1);
}

__attribute__((section(".vectors"), used)) static void *const vectors[16] = {
    &__stack_top, (void *)reset, (void *)fault, (void *)fault, (void *)fault, (void *)fault, (void *)fault,
};
