/* Files and text of the machine that a debugger or an emulator runs on: ARM's semihosting calls. */
#ifndef SEMIHOSTING_H
#define SEMIHOSTING_H

#include <stdint.h>

enum { HOST_OPEN = 0x01, HOST_CLOSE = 0x02, HOST_WRITE0 = 0x04, HOST_WRITE = 0x05, HOST_READ = 0x06, HOST_EXIT = 0x20 };
enum { HOST_FILE_READ = 1, HOST_FILE_WRITE = 5 };

static inline int host_call(int operation, const void *arguments)
{
    register int r0 __asm("r0") = operation;
    register const void *r1 __asm("r1") = arguments;
    __asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

/* Opens a file; negative where that fails. */
static inline int host_open(const char *name, int mode)
{
    uint32_t length = 0;
    while (name[length]) length++;
    const uint32_t arguments[3] = { (uint32_t)name, (uint32_t)mode, length };
    return host_call(HOST_OPEN, arguments);
}

/* Reads; gives the bytes that were not there. */
static inline uint32_t host_read(int file, void *data, uint32_t bytes)
{
    const uint32_t arguments[3] = { (uint32_t)file, (uint32_t)data, bytes };
    return (uint32_t)host_call(HOST_READ, arguments);
}

/* Writes; gives the bytes that were not written. */
static inline uint32_t host_write(int file, const void *data, uint32_t bytes)
{
    const uint32_t arguments[3] = { (uint32_t)file, (uint32_t)data, bytes };
    return (uint32_t)host_call(HOST_WRITE, arguments);
}

static inline void host_close(int file)
{
    const uint32_t arguments[1] = { (uint32_t)file };
    host_call(HOST_CLOSE, arguments);
}

static inline void host_print(const char *text)
{
    host_call(HOST_WRITE0, text);
}

#endif
