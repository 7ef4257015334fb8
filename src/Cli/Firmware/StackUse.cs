using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Cli.Output;

namespace RedGen.Cli.Firmware;

/// <summary>
/// The stack of code without recursion: what each function takes (its pushes and its frame), and the deepest chain of calls.
/// ILC calls through registers that it loads with constants, so the calls are found by following those.
/// </summary>
internal sealed class StackUse
{
    private readonly ImmutableArray<MachineFunction> _functions;
    private readonly Dictionary<uint, MachineFunction> _byAddress;
    private readonly Dictionary<uint, int> _depths = [];
    private readonly HashSet<uint> _open = [];

    /// <summary>Takes the functions of one section.</summary>
    public StackUse(ImmutableArray<MachineFunction> functions)
    {
        _functions = functions;
        _byAddress = [];
        // Several symbols may name one address.
        foreach (MachineFunction function in functions)
            if (!_byAddress.TryGetValue(function.Address, out MachineFunction? other) || other.Instructions.Length == 0) _byAddress[function.Address] = function;
    }

    /// <summary>Bytes that a function takes by itself.</summary>
    /// <exception cref="ToolException">Its frame has no constant size.</exception>
    public static int FrameOf(MachineFunction function)
    {
        var constants = new Dictionary<string, uint>(StringComparer.Ordinal);
        int bytes = 0;
        foreach (Instruction instruction in function.Instructions)
        {
            Follow(constants, instruction);
            bytes += Taken(function, instruction, constants);
        }

        return bytes;
    }

    /// <summary>Bytes that a function and all that it calls take at most.</summary>
    /// <param name="symbol">The function's symbol.</param>
    /// <exception cref="ToolException">It has no bound that can be seen.</exception>
    public int DepthOf(string symbol)
        => DepthAt((_functions.FirstOrDefault(f => f.Name == symbol) ?? throw new ToolException("the object file has no function " + symbol)).Address);

    private int DepthAt(uint address)
    {
        if (_depths.TryGetValue(address, out int known)) return known;
        MachineFunction function = _byAddress[address];
        if (!_open.Add(address)) throw new ToolException(function.Name + " calls itself: its stack has no bound");
        int calls = CallsOf(function).Distinct().Select(DepthAt).DefaultIfEmpty(0).Max();
        _open.Remove(address);
        return _depths[address] = FrameOf(function) + calls;
    }

    /// <summary>The functions that one calls.</summary>
    private IEnumerable<uint> CallsOf(MachineFunction function)
    {
        var constants = new Dictionary<string, uint>(StringComparer.Ordinal);
        foreach (Instruction instruction in function.Instructions)
        {
            Follow(constants, instruction);
            uint? target = Target(function, instruction, constants);
            if (target is not { } address) continue;
            if (!_byAddress.ContainsKey(address)) throw new ToolException(function.Name + " calls what is not in the object file: '" + instruction.Mnemonic + " " + instruction.Operands + "'");
            yield return address;
        }
    }

    private static uint? Target(MachineFunction function, Instruction instruction, Dictionary<string, uint> constants)
    {
        string operand = instruction.Operands.Split(' ')[0];
        bool isRegister = operand.Length > 0 && !char.IsDigit(operand[0]);
        switch (instruction.Mnemonic)
        {
            case "blx" or "bx" when isRegister:
                if (operand == "lr" && instruction.Mnemonic == "bx") return null;
                return constants.TryGetValue(operand, out uint value) ? value & ~1u : throw new ToolException(function.Name + " calls through a register of unknown content");
            case "bl" or "b":
                uint address = uint.Parse(operand, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                bool isInside = address > function.Address && address < function.Address + function.Bytes;
                return isInside || (address == function.Address && instruction.Mnemonic == "b") ? null : address;
            default:
                return null;
        }
    }

    /// <summary>Keeps the constants that registers hold, and words of the stack where registers are few.</summary>
    private static void Follow(Dictionary<string, uint> constants, Instruction instruction)
    {
        string[] operands = instruction.Operands.Split(", ");
        string target = operands[0];
        switch (instruction.Mnemonic)
        {
            case "movw" or "mov" or "movs" when operands.Length > 1 && Immediate(operands[1]) is { } low:
                constants[target] = low;
                break;
            case "movt" when constants.TryGetValue(target, out uint half) && Immediate(operands[1]) is { } high:
                constants[target] = (half & 0xFFFF) | (high << 16);
                break;
            case "add" when operands.Length == 2 && operands[1] == "pc" && constants.TryGetValue(target, out uint offset):
                constants[target] = offset + instruction.Address + 4;
                break;
            case "str" when operands.Length > 1 && StackWord(instruction.Operands) is { } word:
                if (constants.TryGetValue(target, out uint kept)) constants[word] = kept;
                else constants.Remove(word);
                break;
            case "ldr" when operands.Length > 1 && StackWord(instruction.Operands) is { } place && constants.TryGetValue(place, out uint read):
                constants[target] = read;
                break;
            case "strd" or "stmdb" or "stmia" or "push" or "vstr" or "vpush":
                foreach (string stored in constants.Keys.Where(k => k[0] == '[').ToArray()) constants.Remove(stored);
                break;
            case "cmp" or "str" or "vmov" or "vldr" or "blx" or "bx":
                break;
            default:
                constants.Remove(target);
                break;
        }
    }

    /// <summary>The word of the stack that an instruction names, without what it does to the pointer; null where it names none.</summary>
    private static string? StackWord(string operands)
    {
        int open = operands.IndexOf("[sp", StringComparison.Ordinal), close = operands.IndexOf(']', StringComparison.Ordinal);
        return open >= 0 && close == operands.TrimEnd().Length - 1 ? operands[open..] : null;
    }

    private static int Taken(MachineFunction function, Instruction instruction, Dictionary<string, uint> constants)
    {
        string operands = instruction.Operands;
        switch (instruction.Mnemonic)
        {
            case "push":
                return 4 * Count(operands);
            case "stmdb" when operands.StartsWith("sp!", StringComparison.Ordinal):
                return 4 * Count(operands);
            case "vpush":
                return (operands.Contains('d', StringComparison.Ordinal) ? 8 : 4) * Count(operands);
            case "str" or "strd" when operands.Contains("[sp, #-", StringComparison.Ordinal) && operands.EndsWith("]!", StringComparison.Ordinal):
                return int.Parse(operands[(operands.IndexOf("#-", StringComparison.Ordinal) + 2)..^2], CultureInfo.InvariantCulture);
            case "sub" or "subw" when operands.StartsWith("sp,", StringComparison.Ordinal):
                string amount = operands.Split(", ")[^1];
                if (Immediate(amount) is { } bytes) return (int)bytes;
                return constants.TryGetValue(amount, out uint value) ? (int)value : throw new ToolException(function.Name + " has a stack frame of no constant size");
            case "mov" when operands.StartsWith("sp,", StringComparison.Ordinal) && operands != "sp, r7" && operands != "sp, fp":
                throw new ToolException(function.Name + " moves the stack");
            default:
                return 0;
        }
    }

    /// <summary>The registers of a list such as <c>{r4-r7, lr}</c>.</summary>
    private static int Count(string operands)
    {
        string list = operands[(operands.IndexOf('{', StringComparison.Ordinal) + 1)..operands.IndexOf('}', StringComparison.Ordinal)];
        return list.Split(',', StringSplitOptions.TrimEntries).Sum(static part =>
        {
            string[] ends = part.Split('-');
            return ends.Length == 1 ? 1 : int.Parse(ends[1][1..], CultureInfo.InvariantCulture) - int.Parse(ends[0][1..], CultureInfo.InvariantCulture) + 1;
        });
    }

    private static uint? Immediate(string operand)
    {
        if (!operand.StartsWith('#')) return null;
        string digits = operand[1..];
        return digits.StartsWith("0x", StringComparison.Ordinal)
            ? uint.Parse(digits.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
            : (uint)long.Parse(digits, CultureInfo.InvariantCulture);
    }
}
