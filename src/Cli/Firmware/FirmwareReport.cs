using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using RedGen.Cli.Output;

namespace RedGen.Cli.Firmware;

/// <summary>The size report.</summary>
internal static class FirmwareReport
{
    /// <summary>The report as Markdown.</summary>
    public static string Markdown(string title, string cpu, FirmwareSizes sizes)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {title} on {cpu}\n\n| flash | RAM | of it arena | of it stack | multiply-adds |\n|---:|---:|---:|---:|---:|\n");
        text.Append(CultureInfo.InvariantCulture, $"| {Tables.Number(sizes.FlashBytes)} | {Tables.Number(sizes.RamBytes)} | {Tables.Number(sizes.ArenaBytes)} | {Tables.Number(sizes.StackBytes)} | {Tables.Number(sizes.Macs)} |\n\n");
        text.Append("Bytes, as the linker's map has them; the stack is the deepest chain of calls of the object file's code. Inputs and outputs belong to the caller and are not counted.\n\n");
        text.Append("| section | bytes |\n|---|---:|\n");
        foreach (MapEntry entry in sizes.Sections) text.Append(CultureInfo.InvariantCulture, $"| `{entry.Section}` | {Tables.Number(entry.Bytes)} |\n");
        text.Append("\n| function | code | constants | frame | multiply-adds | computes |\n|---|---:|---:|---:|---:|---|\n");
        foreach (FunctionSize f in Ordered(sizes))
            text.Append(CultureInfo.InvariantCulture, $"| `{f.Name}` | {Tables.Number(f.CodeBytes)} | {Tables.Number(f.ConstantBytes)} | {f.FrameBytes} | {(f.Macs > 0 ? Tables.Number(f.Macs) : "")} | {f.Summary} |\n");
        return text.ToString();
    }

    /// <summary>The report for <c>--json</c> and for the file.</summary>
    public static object Json(string cpu, FirmwareSizes sizes) => new
    {
        cpu,
        flashBytes = sizes.FlashBytes,
        ramBytes = sizes.RamBytes,
        stackBytes = sizes.StackBytes,
        arenaBytes = sizes.ArenaBytes,
        macs = sizes.Macs,
        sections = sizes.Sections.Select(static s => new { section = s.Section, bytes = s.Bytes }),
        functions = Ordered(sizes).Select(static f => new { name = f.Name, codeBytes = f.CodeBytes, constantBytes = f.ConstantBytes, frameBytes = f.FrameBytes, macs = f.Macs, summary = f.Summary }),
    };

    /// <summary>The parts that take most program memory, for messages.</summary>
    public static string Largest(FirmwareSizes sizes)
        => string.Join(", ", sizes.Functions.OrderByDescending(static f => f.CodeBytes + f.ConstantBytes).Take(3).Select(static f => $"{f.Name} ({Tables.Number(f.CodeBytes + f.ConstantBytes)} bytes)"));

    private static IEnumerable<FunctionSize> Ordered(FirmwareSizes sizes) => sizes.Functions.OrderByDescending(static f => f.CodeBytes + f.ConstantBytes);
}
