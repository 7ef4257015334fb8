using System.Collections.Immutable;
using System.IO;
using System.Linq;
using RedGen.Cli.Firmware;
using RedGen.Cli.Output;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Firmware.Tests;

/// <summary>What object files hold, and what is refused.</summary>
public sealed class ObjectTests
{
    private const string Doubles = """
        using System;

        internal static class Doubles
        {
            public const int XLength = 1;
            public const int YLength = 1;

            public static void Predict(ReadOnlySpan<float> x, Span<float> y) => y[0] = (float)((double)x[0] * 1.1);
        }
        """;

    private const string Endless = """
        using System;

        internal static class Endless
        {
            public const int XLength = 1;
            public const int YLength = 1;

            public static void Predict(ReadOnlySpan<float> x, Span<float> y) => y[0] = Depth(x, 0);

            private static float Depth(ReadOnlySpan<float> x, int i) => x[i] > 0 ? x[i] * Depth(x, i + 1) + Depth(x, i + 2) : 1;
        }
        """;

    [FirmwareFact]
    public void Doubles_are_refused_where_the_FPU_has_none()
    {
        using var folder = new TemporaryFolder();
        ToolException problem = Assert.Throws<ToolException>(() => Firmwares.Build(folder, "Doubles", Doubles, new FirmwareSettings(Cpu.Parse("cortex-m4"))));
        Assert.Contains("f64", problem.Message);
        Assert.Contains("cortex-m4", problem.Message);
        Firmwares.Build(folder, "Doubles", Doubles, new FirmwareSettings(Cpu.Parse("cortex-m7")));
    }

    [FirmwareFact]
    public void Code_without_a_bound_on_its_stack_is_refused()
    {
        using var folder = new TemporaryFolder();
        ToolException problem = Assert.Throws<ToolException>(() => Firmwares.Build(folder, "Endless", Endless, new FirmwareSettings(Cpu.Parse("cortex-m4"))));
        Assert.Contains("Endless", problem.Message);
        Assert.Contains("calls itself", problem.Message);
    }

    [FirmwareFact]
    public void An_object_shows_one_symbol_and_needs_none()
    {
        using var folder = new TemporaryFolder();
        FirmwareResult firmware = Firmwares.Build(folder, Firmwares.Probe, Firmwares.Fixture("Probe.cs"), new FirmwareSettings(Cpu.Parse("cortex-m4")));
        string[] symbols = CrossTools.Run(CrossTools.ObjectDump, ["-t", firmware.ObjectFile]).Split('\n');
        string shown = Assert.Single(symbols, static s => s.Contains(" g ", System.StringComparison.Ordinal));
        Assert.EndsWith("probe_predict", shown);
        Assert.DoesNotContain(symbols, static s => s.Contains("*UND*", System.StringComparison.Ordinal));
        string sections = CrossTools.Run(CrossTools.ObjectDump, ["-h", firmware.ObjectFile]);
        Assert.Equal([".text.probe", ".rodata.probe", ".bss.probe"], sections.Split('\n').Select(static l => l.Split(' ', System.StringSplitOptions.RemoveEmptyEntries)).Where(static p => p.Length == 7 && p[0].All(char.IsDigit)).Select(static p => p[1]));
    }

    [FirmwareFact]
    public void The_header_compiles_as_C_and_as_Cpp_and_says_what_the_report_says()
    {
        using var folder = new TemporaryFolder();
        FirmwareResult firmware = Firmwares.Build(folder, Firmwares.Probe, Firmwares.Fixture("Probe.cs"), new FirmwareSettings(Cpu.Parse("cortex-m4")));
        string header = File.ReadAllText(Path.Combine(folder.FullPath, "probe.h"));
        Assert.Contains("void probe_predict(const float *x, const int8_t *codes, float *y, int32_t *counts);", header);
        Assert.Contains("#define PROBE_X_LENGTH 8", header);
        Assert.Contains($"#define PROBE_STACK_BYTES {firmware.Sizes.StackBytes} ", header);
        Assert.Contains("#define PROBE_ARENA_BYTES 64 ", header);
        foreach (string language in new[] { "c", "c++" })
        {
            string file = folder.Write("use." + (language == "c" ? "c" : "cpp"), "#include \"probe.h\"\nvoid use(const void *in, void *out) { PROBE_PREDICT(in, out); }\n");
            (int code, _, string error) = CrossTools.TryRun(CrossTools.Gcc, ["-fsyntax-only", "-Wall", "-Werror", "-x", language, file]);
            Assert.True(code == 0 || error.Contains("cc1plus", System.StringComparison.Ordinal), error);
        }
    }

    [FirmwareFact]
    public void The_same_sources_give_the_same_bytes()
    {
        using TemporaryFolder one = new("one"), two = new("two");
        var settings = new FirmwareSettings(Cpu.Parse("cortex-m4"));
        FirmwareResult first = Firmwares.Build(one, Firmwares.Probe, Firmwares.Fixture("Probe.cs"), settings), second = Firmwares.Build(two, Firmwares.Probe, Firmwares.Fixture("Probe.cs"), settings);
        Assert.Equal(first.Files.Select(Path.GetFileName), second.Files.Select(Path.GetFileName));
        foreach ((string a, string b) in first.Files.Zip(second.Files)) Assert.Equal(File.ReadAllBytes(a), File.ReadAllBytes(b));
    }

    [Theory]
    [InlineData("cortex-m0plus", "Thumb-2")]
    [InlineData("cortex-m3", "floating-point unit")]
    [InlineData("cortex-a53", "known are cortex-m4, cortex-m7, cortex-m33")]
    public void Cores_that_cannot_run_it_are_refused_with_the_reason(string cpu, string reason)
        => Assert.Contains(reason, Assert.Throws<ToolException>(() => Cpu.Parse(cpu)).Message);

    [Fact]
    public void Missing_tools_are_named_with_the_command_that_installs_them()
    {
        string message = Assert.Throws<ToolException>(static () => CrossTools.Require("arm-none-eabi-no-such-tool")).Message;
        Assert.Contains("arm-none-eabi-no-such-tool is not on the PATH", message);
        Assert.Contains("apt-get install binutils-arm-none-eabi", message);
    }

    [Fact]
    public void The_stack_is_the_deepest_chain_of_calls()
    {
        // As objdump writes it: a frame of 16 + 24 bytes, a call through a register and one directly; the callees take 8 and 4 + 64 + 512.
        ImmutableArray<MachineFunction> code = Disassembly.Parse(string.Join('\n',
            "00000000 <top>:",
            "   0:\tb530      \tpush\t{r4, r5, r6, lr}",
            "   2:\tb087      \tsub\tsp, #24",
            "   4:\tf240 0e15 \tmovw\tlr, #25",
            "   8:\tf2c0 0e00 \tmovt\tlr, #0",
            "   c:\t44fe      \tadd\tlr, pc",
            "   e:\t47f0      \tblx\tlr",
            "  10:\tf000 f80e \tbl\t30 <wide>",
            "  14:\tbd30      \tpop\t{r4, r5, r6, pc}",
            "00000028 <small>:",
            "  28:\tb510      \tpush\t{r4, lr}",
            "  2a:\tbd10      \tpop\t{r4, pc}",
            "00000030 <wide>:",
            "  30:\tf84d ed04 \tstr.w\tlr, [sp, #-4]!",
            "  34:\ted2d 8b10 \tvpush\t{d8-d15}",
            "  38:\tf5ad 7d00 \tsub.w\tsp, sp, #512\t@ 0x200",
            "  3c:\t4770      \tbx\tlr"));
        var stack = new StackUse(code);
        Assert.Equal(8, stack.DepthOf("small"));
        Assert.Equal(580, stack.DepthOf("wide"));
        Assert.Equal(40 + 580, stack.DepthOf("top"));
    }
}
