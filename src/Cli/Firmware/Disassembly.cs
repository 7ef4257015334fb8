using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Cli.Output;

namespace RedGen.Cli.Firmware;

/// <summary>An instruction.</summary>
/// <param name="Address">Where it is in its section.</param>
/// <param name="Mnemonic">What it does, without the width: <c>vadd.f32</c>, <c>push</c>.</param>
/// <param name="Operands">Its operands, as objdump writes them.</param>
internal readonly record struct Instruction(uint Address, string Mnemonic, string Operands);

/// <summary>A function of an object file.</summary>
/// <param name="Name">Its symbol.</param>
/// <param name="Address">Where it begins in its section.</param>
/// <param name="Instructions">Its instructions.</param>
internal sealed record MachineFunction(string Name, uint Address, ImmutableArray<Instruction> Instructions)
{
    /// <summary>Bytes from its first instruction to the next function.</summary>
    public int Bytes { get; init; }
}

/// <summary>The code of an object file as objdump shows it.</summary>
internal static class Disassembly
{
    /// <summary>Reads the code.</summary>
    /// <param name="objectFile">The file.</param>
    /// <param name="section">The section; its functions are given in the order of their addresses.</param>
    public static ImmutableArray<MachineFunction> Of(string objectFile, string section)
        => Parse(CrossTools.Run(CrossTools.ObjectDump, ["-d", "-z", "-M", "force-thumb", "-j", section, objectFile]));

    /// <summary>Reads what <c>objdump -d</c> wrote.</summary>
    public static ImmutableArray<MachineFunction> Parse(string text)
    {
        var functions = new List<MachineFunction>();
        ImmutableArray<Instruction>.Builder code = ImmutableArray.CreateBuilder<Instruction>();
        foreach (string line in text.Split('\n'))
        {
            if (line.EndsWith(">:", StringComparison.Ordinal) && line.IndexOf(" <", StringComparison.Ordinal) is > 0 and var at)
            {
                Close(functions, code);
                functions.Add(new(line[(at + 2)..^2], Hex(line[..at]), []));
                continue;
            }

            string[] parts = line.Split('\t');
            if (functions.Count == 0 || parts.Length < 3 || !parts[0].EndsWith(':')) continue;
            string operands = parts.Length > 3 ? parts[3].Split('@')[0].Trim() : "";
            code.Add(new(Hex(parts[0].TrimEnd(':')), parts[2].Trim().Replace(".w", "", StringComparison.Ordinal).Replace(".n", "", StringComparison.Ordinal), operands));
        }

        Close(functions, code);
        return [.. functions];
    }

    /// <summary>Checks that a core has all of the instructions.</summary>
    /// <exception cref="ToolException">It lacks some: the function is named.</exception>
    public static void Check(ImmutableArray<MachineFunction> functions, Cpu cpu)
    {
        foreach (MachineFunction function in functions)
        {
            foreach (Instruction instruction in function.Instructions)
            {
                if (IsMissing(instruction, cpu))
                    throw new ToolException($"{function.Name} has the instruction '{instruction.Mnemonic} {instruction.Operands}', which the {cpu.Name} does not have; please report this as a bug of redgen");
            }
        }
    }

    private static bool IsMissing(Instruction instruction, Cpu cpu)
    {
        string name = instruction.Mnemonic;
        if (name[0] != 'v') return false;
        bool isDouble = name.Contains(".f64", StringComparison.Ordinal);
        bool isVersion5 = name.StartsWith("vrint", StringComparison.Ordinal) || name.StartsWith("vsel", StringComparison.Ordinal)
            || name.StartsWith("vmaxnm", StringComparison.Ordinal) || name.StartsWith("vminnm", StringComparison.Ordinal)
            || (name.StartsWith("vcvt", StringComparison.Ordinal) && name.Length > 4 && "anpm".Contains(name[4], StringComparison.Ordinal));
        bool isNeon = instruction.Operands.Split([' ', ',']).Any(static o => o.Length is 2 or 3 && o[0] == 'q' && char.IsDigit(o[1]));
        return isNeon || (isDouble && !cpu.HasDoubles) || (isVersion5 && !cpu.HasFpv5);
    }

    private static void Close(List<MachineFunction> functions, ImmutableArray<Instruction>.Builder code)
    {
        if (functions.Count == 0) return;
        MachineFunction last = functions[^1];
        uint end = code.Count == 0 ? last.Address : code[^1].Address + 2;
        functions[^1] = last with { Instructions = code.ToImmutable(), Bytes = (int)(end - last.Address) };
        code.Clear();
    }

    private static uint Hex(string text) => uint.Parse(text.AsSpan().Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
