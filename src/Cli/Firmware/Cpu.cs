using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Cli.Output;

namespace RedGen.Cli.Firmware;

/// <summary>A processor core that firmware is made for, and the board on which QEMU has it.</summary>
/// <param name="Name">The name that users give, as GCC spells it.</param>
/// <param name="Fpu">GCC's name of its floating-point unit.</param>
/// <param name="HasDoubles">Whether that unit computes with 64 bits.</param>
/// <param name="HasFpv5">Whether that unit rounds, selects and compares as version 5 does.</param>
/// <param name="Machine">QEMU's machine.</param>
/// <param name="Clock">Hertz of that machine's SysTick; with <c>-icount shift=0</c> an instruction takes a nanosecond.</param>
/// <param name="FlashOrigin">Where that machine's program memory begins.</param>
/// <param name="RamOrigin">Where its working memory begins.</param>
internal sealed record Cpu(string Name, string Fpu, bool HasDoubles, bool HasFpv5, string Machine, int Clock, uint FlashOrigin, uint RamOrigin)
{
    /// <summary>The cores that ILC's Thumb-2 runs on.</summary>
    public static ImmutableArray<Cpu> All { get; } =
    [
        new("cortex-m4", "fpv4-sp-d16", false, false, "mps2-an386", 25_000_000, 0, 0x20000000),
        new("cortex-m7", "fpv5-d16", true, true, "mps2-an500", 25_000_000, 0, 0x20000000),
        new("cortex-m33", "fpv5-sp-d16", false, true, "mps2-an505", 20_000_000, 0x10000000, 0x38000000),
    ];

    /// <summary>What GCC needs to know.</summary>
    public ImmutableArray<string> GccFlags => ["-mcpu=" + Name, "-mthumb", "-mfloat-abi=hard", "-mfpu=" + Fpu];

    /// <summary>Instructions between two ticks of SysTick under QEMU.</summary>
    public int InstructionsPerTick => 1_000_000_000 / Clock;

    /// <summary>Finds a core.</summary>
    /// <exception cref="ToolException">ILC's code does not run on it, or nobody knows it.</exception>
    public static Cpu Parse(string name)
    {
        if (All.FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase)) is { } cpu) return cpu;
        string known = string.Join(", ", All.Select(static c => c.Name));
        if (name is "cortex-m0" or "cortex-m0plus" or "cortex-m1" or "cortex-m23" or "cortex-m3")
            throw new ToolException(name + " cannot run this code: the .NET compiler (ILC) writes Thumb-2 with floating-point instructions, and this core lacks a floating-point unit" + (name == "cortex-m3" ? "" : " and most of Thumb-2") + "; cores that can: " + known);
        throw new ToolException("--cpu " + name + " is unknown; known are " + known);
    }
}
