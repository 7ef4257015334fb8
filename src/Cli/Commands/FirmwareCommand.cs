using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Linq;
using RedGen.Cli.Execution;
using RedGen.Cli.Firmware;
using RedGen.Cli.Measure;
using RedGen.Cli.Output;
using RedGen.Compiler;
using RedGen.Compiler.Options;

namespace RedGen.Cli.Commands;

/// <summary><c>redgen firmware</c>: an object file for a microcontroller, with its C header and its sizes.</summary>
internal sealed class FirmwareCommand : ModelCommand
{
    private readonly Option<string> _folder;
    private readonly Option<string> _cpu;
    private readonly Option<bool> _isChecked;
    private readonly Option<bool> _run;
    private readonly Option<string> _inputs;
    private readonly Option<int> _count;
    private readonly SampleFile _samples = new();

    /// <summary>Makes the command.</summary>
    public FirmwareCommand(ToolConsole console)
        : base(console, "firmware", "Makes an object file for a microcontroller: the model's C#, compiled to Thumb-2, with a C header and its sizes.")
    {
        _folder = Add(new Option<string>("--output", "-o") { Description = "The folder to write to.", Required = true, HelpName = "dir" });
        _cpu = Add(new Option<string>("--cpu") { Description = "The core: " + string.Join(", ", Cpu.All.Select(static c => c.Name)) + ".", HelpName = "name", DefaultValueFactory = static _ => "cortex-m7" });
        _isChecked = Add(new Option<bool>("--checked") { Description = "Let the device check every index, and stop where one is wrong." });
        _run = Add(new Option<bool>("--run") { Description = "Link it with the start-up code of examples/Firmware, run it in QEMU, and compare with this machine." });
        _inputs = Add(new Option<string>("--inputs") { Description = "With --run: inputs to run on, the first axis counts them. Default: random ones.", HelpName = "file.npy" });
        _count = Add(new Option<int>("--count") { Description = "With --run: on how many inputs at most. Default: 10.", DefaultValueFactory = static _ => 10 });
        Add(_samples.Mean);
        Add(_samples.Deviation);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed, string path, CompilerOptions options)
    {
        var settings = new FirmwareSettings(Cpu.Parse(parsed.GetValue(_cpu)!), IsChecked: parsed.GetValue(_isChecked));
        ModelSource source = Open(parsed, path, options);
        FirmwareModel model = FirmwareCompiler.Compile(path, source, options, Console);
        FirmwareResult firmware = FirmwareBuilder.Build(model, settings, parsed.GetValue(_folder)!, Console);
        foreach (string file in firmware.Files) Console.WriteLine(file);
        FirmwareSizes sizes = firmware.Sizes;
        Console.WriteLine($"flash {Tables.Number(sizes.FlashBytes)} bytes, RAM {Tables.Number(sizes.RamBytes)} bytes (arena {Tables.Number(sizes.ArenaBytes)}, stack {Tables.Number(sizes.StackBytes)}), {Tables.Number(sizes.Macs)} multiply-adds");
        string? excess = Excess(sizes, options, model);
        BoardComparison? run = excess is not null ? null : parsed.GetValue(_run) ? Compare(parsed, path, source, options, model, firmware, settings.Cpu) : null;
        Console.WriteJson(new { files = firmware.Files, sizes = FirmwareReport.Json(settings.Cpu.Name, sizes), run, diagnostics = Console.Diagnostics });
        if (excess is not null) throw new ToolException(excess);
        return run is null || run.SameBits == run.Runs ? 0 : Tool.Failed;
    }

    /// <summary>Which budget the linked object exceeds; null: none. The compiler has checked constants and arena alone.</summary>
    private static string? Excess(FirmwareSizes sizes, CompilerOptions options, FirmwareModel model)
    {
        if (options.FlashBudget is { } flash && sizes.FlashBytes > flash)
            return $"code and constants take {Tables.Number(sizes.FlashBytes)} bytes of flash, RedGenFlashBudget is {Tables.Number(flash)}; the largest are {FirmwareReport.Largest(sizes)}";
        if (options.RamBudget is { } ram && sizes.RamBytes > ram)
            return $"arena and stack take {Tables.Number(sizes.RamBytes)} bytes of RAM ({Tables.Number(sizes.ArenaBytes)} and {Tables.Number(sizes.StackBytes)}), RedGenRamBudget is {Tables.Number(ram)}; the largest of the arena are {model.LargestMemory}";
        return null;
    }

    private BoardComparison Compare(ParseResult parsed, string path, ModelSource source, CompilerOptions options, FirmwareModel model, FirmwareResult firmware, Cpu cpu)
    {
        BoardProgram board = BoardProgram.Link(firmware, cpu);
        using ModelProgram program = ModelProgram.Load(path, source, options with { Profile = Profile.Auto, FlashBudget = null, RamBudget = null }, Console);
        List<byte[][]> inputs = Inputs(parsed, program);
        var same = new DesktopClass(firmware.Interface, model.Sources);
        ImmutableArray<BoardRun> runs = board.Run(inputs);
        byte[][][] reference = [.. inputs.Select(i => Predict(program, i))];
        BoardComparison comparison = BoardComparison.Of(firmware.Interface, runs, [.. inputs.Select(same.Run)], reference);
        string instructions = Tables.Number(comparison.MostInstructions);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{cpu.Machine} in QEMU: {comparison.Runs} inputs, at most {instructions} instructions and {comparison.StackBytes} bytes of stack"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"beside this machine: {comparison.SameBits} of {comparison.Runs} bit for bit the same class's; {comparison.SameTop} with the largest value of the Auto profile, whose outputs differ by {comparison.LargestDifference:g3} at most"));
        return comparison;
    }

    private static byte[][] Predict(ModelProgram program, byte[][] inputs)
    {
        byte[][] outputs = program.NewOutputs();
        try
        {
            program.Predict(inputs, outputs);
            return outputs;
        }
        catch (ArgumentException refused)
        {
            throw new ToolException("there is nothing to compare the board with, since the Auto profile refuses these inputs: " + refused.Message.ReplaceLineEndings(" ") + "; without --inputs they are random, and integers of any bits");
        }
    }

    private List<byte[][]> Inputs(ParseResult parsed, ModelProgram program)
    {
        int count = Math.Max(1, parsed.GetValue(_count));
        if (parsed.GetValue(_inputs) is not { } file) return [.. Enumerable.Range(0, count).Select(i => RandomInputs.Of(program.Inputs, i))];
        if (program.Inputs.Length != 1) throw new ToolException("--inputs serves models with one input; this one has " + program.Inputs.Length.ToString(CultureInfo.InvariantCulture));
        SampleSet samples = _samples.Read(parsed, file);
        samples.Check(program.Inputs[0]);
        return [.. Enumerable.Range(0, Math.Min(count, samples.Count)).Select(i => new[] { samples.Sample(i, program.Inputs[0]) })];
    }
}
