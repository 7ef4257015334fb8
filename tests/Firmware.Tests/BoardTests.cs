using System;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using RedGen.Cli.Firmware;
using RedGen.Firmware.Tests.Fixtures;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Firmware.Tests;

/// <summary>C# on the bare metal: the same class on this machine and on boards in QEMU.</summary>
public sealed class BoardTests
{
    [FirmwareTheory]
    [InlineData("cortex-m4", false)]
    [InlineData("cortex-m7", false)]
    [InlineData("cortex-m33", false)]
    [InlineData("cortex-m7", true)]
    public void A_class_gives_the_same_bits_on_a_board_and_here(string cpu, bool isChecked)
    {
        using var folder = new TemporaryFolder();
        var settings = new FirmwareSettings(Cpu.Parse(cpu), IsChecked: isChecked);
        BoardProgram board = BoardProgram.Link(Firmwares.Build(folder, Firmwares.Probe, Firmwares.Fixture("Probe.cs"), settings), settings.Cpu);
        byte[][][] inputs = [.. Enumerable.Range(0, 40).Select(Inputs)];
        ImmutableArray<BoardRun> runs = board.Run(inputs);
        Assert.Equal(inputs.Length, runs.Length);
        for (int i = 0; i < inputs.Length; i++)
        {
            float[] y = new float[Probe.YLength];
            int[] counts = new int[Probe.CountsLength];
            Probe.Predict(Firmwares.Values<float>(inputs[i][0]), Firmwares.Values<sbyte>(inputs[i][1]), y, counts, new float[Probe.ArenaBytes / 4]);
            Assert.Equal(y.Select(BitConverter.SingleToInt32Bits), Firmwares.Values<float>(runs[i].Outputs[0]).Select(BitConverter.SingleToInt32Bits));
            Assert.Equal(counts, Firmwares.Values<int>(runs[i].Outputs[1]));
        }
    }

    [FirmwareFact]
    public void Sizes_are_those_of_the_linkers_map_and_the_stack_is_what_painting_finds()
    {
        using var folder = new TemporaryFolder();
        var settings = new FirmwareSettings(Cpu.Parse("cortex-m7"));
        FirmwareResult firmware = Firmwares.Build(folder, Firmwares.Probe, Firmwares.Fixture("Probe.cs"), settings);
        BoardProgram board = BoardProgram.Link(firmware, settings.Cpu);
        ImmutableArray<MapEntry> map = LinkerMap.EntriesOf(File.ReadAllText(board.MapFile), "probe.o");
        Assert.Equal(firmware.Sizes.Sections.ToArray(), map.ToArray());
        Assert.Equal(Probe.ArenaBytes, firmware.Sizes.ArenaBytes);
        Assert.Equal(firmware.Sizes.FlashBytes, map.Where(static e => e.Section is ".text.probe" or ".rodata.probe").Sum(static e => e.Bytes));
        string constants = File.ReadAllText(Path.Combine(folder.FullPath, "Probe.Sizes.g.cs"));
        int ram = map.Where(static e => e.Section == ".bss.probe").Sum(static e => e.Bytes) + firmware.Sizes.StackBytes;
        Assert.Contains($"const int FlashBytes = {map.Where(static e => e.Section is ".text.probe" or ".rodata.probe").Sum(static e => e.Bytes)};", constants);
        Assert.Contains($"const int StackBytes = {firmware.Sizes.StackBytes};", constants);
        Assert.Contains($"const int RamBytes = {ram};", constants);
        int painted = board.Run([Inputs(0), Inputs(1)]).Max(static r => r.StackBytes);
        // A frame may hold words that no path of this run writes to.
        Assert.InRange(painted, firmware.Sizes.StackBytes - 32, firmware.Sizes.StackBytes);
    }

    [FirmwareFact]
    public void Counted_instructions_repeat()
    {
        using var folder = new TemporaryFolder();
        var settings = new FirmwareSettings(Cpu.Parse("cortex-m4"));
        BoardProgram board = BoardProgram.Link(Firmwares.Build(folder, Firmwares.Probe, Firmwares.Fixture("Probe.cs"), settings), settings.Cpu);
        long[] first = [.. board.Run([Inputs(3), Inputs(4)]).Select(static r => r.Instructions)], second = [.. board.Run([Inputs(3), Inputs(4)]).Select(static r => r.Instructions)];
        Assert.Equal(first, second);
        Assert.All(first, static i => Assert.InRange(i, 100, 2000));
    }

    /// <summary>Values of both signs, halves among them; the last sets hold what is no number.</summary>
    private static byte[][] Inputs(int seed)
    {
        var random = new Random(seed);
        float[] x = [.. Enumerable.Range(0, Probe.XLength).Select(_ => random.Next(-40, 41) / 2f * (1 + (random.Next(3) * 0.37f)))];
        if (seed == 38) x[2] = float.NaN;
        if (seed == 39) (x[6], x[0]) = (0, float.PositiveInfinity);
        sbyte[] codes = [.. Enumerable.Range(0, Probe.CodesLength).Select(_ => (sbyte)random.Next(-128, 128))];
        return [Firmwares.Bytes(x), Firmwares.Bytes(codes)];
    }
}
