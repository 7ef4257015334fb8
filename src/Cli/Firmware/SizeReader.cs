using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.IO;
using System.Linq;
using RedGen.Cli.Output;

namespace RedGen.Cli.Firmware;

/// <summary>A layer of the model, to tell functions of layers from others.</summary>
/// <param name="Method">The method that computes it.</param>
/// <param name="Macs">Multiply-adds of a call.</param>
/// <param name="Summary">What it computes.</param>
internal sealed record Layer(string Method, long Macs, string Summary);

/// <summary>Measures an object file.</summary>
internal static class SizeReader
{
    /// <summary>Links the object file alone, which also shows that it needs nothing else, and reads map and code.</summary>
    /// <exception cref="ToolException">It cannot be linked, its core cannot run it, or its stack has no bound.</exception>
    public static FirmwareSizes Of(string objectFile, string stem, Cpu cpu, ImmutableArray<Layer> layers, long macs)
    {
        ImmutableArray<MapEntry> sections = Link(objectFile, stem);
        ImmutableArray<MachineFunction> code = Disassembly.Of(objectFile, ".text." + stem);
        Disassembly.Check(code, cpu);
        int stack = new StackUse(code).DepthOf(stem + "_predict");
        int flash = sections.Where(static s => !IsWorkingMemory(s.Section)).Sum(static s => s.Bytes);
        int arena = sections.Where(static s => IsWorkingMemory(s.Section)).Sum(static s => s.Bytes);
        return new(flash, arena, stack, macs, sections, Functions(objectFile, stem, code, layers));
    }

    private static bool IsWorkingMemory(string section) => section.StartsWith(".bss", StringComparison.Ordinal) || section == "COMMON";

    private static ImmutableArray<MapEntry> Link(string objectFile, string stem)
    {
        string folder = Directory.CreateTempSubdirectory("redgen-link-").FullName;
        try
        {
            string map = Path.Combine(folder, "link.map");
            CrossTools.Run(CrossTools.Linker, ["-e", stem + "_predict", "-Ttext=0x8000", "-Tbss=0x20000000", "-o", Path.Combine(folder, "link.elf"), "-Map=" + map, objectFile]);
            return LinkerMap.EntriesOf(File.ReadAllText(map), Path.GetFileName(objectFile));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static ImmutableArray<FunctionSize> Functions(string objectFile, string stem, ImmutableArray<MachineFunction> code, ImmutableArray<Layer> layers)
    {
        Dictionary<uint, int> constants = Constants(objectFile, stem, code);
        var sizes = new List<FunctionSize>();
        foreach (MachineFunction function in code.Where(static f => f.Bytes > 0))
        {
            string name = NameOf(function.Name);
            Layer? layer = layers.FirstOrDefault(l => name.EndsWith("." + l.Method, StringComparison.Ordinal));
            sizes.Add(new(name, function.Bytes, constants.GetValueOrDefault(function.Address), StackUse.FrameOf(function), layer?.Macs ?? 0, layer?.Summary ?? ""));
        }

        return [.. sizes];
    }

    /// <summary>Bytes of constants by the address of the first function that refers to them.</summary>
    private static Dictionary<uint, int> Constants(string objectFile, string stem, ImmutableArray<MachineFunction> code)
    {
        Dictionary<string, (uint Address, int Bytes)> data = Data(objectFile, ".rodata." + stem);
        var counted = new HashSet<uint>();
        var sums = new Dictionary<uint, int>();
        foreach (string line in CrossTools.Run(CrossTools.ObjectDump, ["-r", "-j", ".text." + stem, objectFile]).Split('\n'))
        {
            string[] parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length != 3 || !parts[1].StartsWith("R_ARM", StringComparison.Ordinal) || !data.TryGetValue(parts[2], out var found) || !counted.Add(found.Address)) continue;
            uint address = uint.Parse(parts[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            MachineFunction? user = code.LastOrDefault(f => f.Address <= address && f.Bytes > 0);
            if (user is not null) sums[user.Address] = sums.GetValueOrDefault(user.Address) + found.Bytes;
        }

        return sums;
    }

    /// <summary>The symbols of a section of constants; each reaches to the next.</summary>
    private static Dictionary<string, (uint Address, int Bytes)> Data(string objectFile, string section)
    {
        var symbols = new List<(uint Address, string Name)>();
        uint end = 0;
        foreach (string line in CrossTools.Run(CrossTools.ObjectDump, ["-t", "-h", objectFile]).Split('\n'))
        {
            string[] parts = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length > 3 && parts[1] == section && parts[0].All(char.IsDigit)) end = uint.Parse(parts[2], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            int at = Array.IndexOf(parts, section);
            if (at is >= 1 && parts.Length is var count && (count == at + 3 || count == at + 4) && parts[0].Length == 8) symbols.Add((uint.Parse(parts[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture), parts[^1]));
        }

        uint[] starts = [.. symbols.Select(static s => s.Address).Append(end).Distinct().Order()];
        var data = new Dictionary<string, (uint Address, int Bytes)>(StringComparer.Ordinal);
        foreach ((uint address, string name) in symbols) data[name] = (address, (int)(starts.FirstOrDefault(s => s > address, end) - address));
        return data;
    }

    /// <summary>ILC's <c>redgen_Digits__Conv1</c> as <c>Digits.Conv1</c>.</summary>
    internal static string NameOf(string symbol)
    {
        string prefix = DeviceAssembly.Name + "_";
        string name = symbol.StartsWith(prefix, StringComparison.Ordinal) ? symbol[prefix.Length..] : symbol;
        int at = name.IndexOf("__", StringComparison.Ordinal);
        return at > 0 ? name[..at] + "." + name[(at + 2)..] : name;
    }
}
