using System;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Text.Json;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using RedGen.Cli.Execution;
using RedGen.Cli.Firmware;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Firmware.Tests;

/// <summary>Models as firmware on boards in QEMU, beside this machine.</summary>
public sealed class ModelTests
{
    [FirmwareTheory]
    [InlineData("cortex-m4")]
    [InlineData("cortex-m7")]
    [InlineData("cortex-m33")]
    public void The_digits_MLP_gives_the_same_bits_on_every_core(string cpu) => AssertSame(Run(DigitsAssets.MlpPath, cpu, DigitsAssets.ImagesPath, 30), 30);

    [FirmwareTheory]
    [InlineData("cortex-m4")]
    [InlineData("cortex-m7")]
    public void The_digits_CNN_gives_the_same_bits_on_every_core(string cpu)
        => AssertSame(Run(Repository.PathOf("examples", "Digits", "digits.onnx"), cpu, DigitsAssets.ImagesPath, 20), 20);

    [FirmwareFact]
    public void Without_hashing_the_board_says_what_ONNX_Runtime_says()
    {
        JsonElement run = Run(DigitsAssets.MlpPath, "cortex-m7", DigitsAssets.ImagesPath, 30, "--hashing", "none");
        AssertSame(run, 30);
        Assert.InRange(run.GetProperty("run").GetProperty("largestDifference").GetDouble(), 0, 1e-5);
    }

    /// <summary>What ILC calls functions for, or has no instruction for: remainders of floats, conversions and divisions of 64 bits.</summary>
    [FirmwareFact]
    public void Remainders_and_integers_of_64_bits_are_those_of_a_desktop()
    {
        using var folder = new TemporaryFolder();
        string model = folder.Write("wide.onnx", new OnnxModelWriter().Opset(18).Input("x", ElementType.Float32, 8).Input("p", ElementType.Float32, 8).Input("n", ElementType.Int64, 8).Input("d", ElementType.Int64, 8)
            .Node("Mod", "x,p", "remainder", n => n.Int("fmod", 1)).Node("Cast", "n", "real", n => n.Int("to", 1)).Node("Cast", "x", "whole", n => n.Int("to", 7)).Node("Div", "n,d", "quotient").Node("Mul", "n,d", "product")
            .Node("Pow", "x,n", "power")
            .Output("remainder", ElementType.Float32).Output("real", ElementType.Float32).Output("whole", ElementType.Int64).Output("quotient", ElementType.Int64).Output("product", ElementType.Int64).Output("power", ElementType.Float32).ToBytes());
        using var output = new StringWriter();
        int code = Cli.Program.Run(["firmware", model, "-o", Path.Combine(folder.FullPath, "out"), "--cpu", "cortex-m4", "--run", "--count", "12", "--json"], output, TextWriter.Null);
        Assert.True(code == 0, output.ToString());
        Assert.Equal(12, JsonDocument.Parse(output.ToString()).RootElement.GetProperty("run").GetProperty("sameBits").GetInt32());
    }

    /// <summary>Functions for integers of 64 bits are in an object file where its layers need them.</summary>
    [FirmwareTheory]
    [InlineData(ElementType.Float32, false)]
    [InlineData(ElementType.Int64, true)]
    public void Functions_of_64_bits_take_flash_where_they_are_needed(ElementType type, bool isNeeded)
    {
        using var folder = new TemporaryFolder();
        string model = folder.Write("product.onnx", new OnnxModelWriter().Input("a", type, 8).Input("b", type, 8).Node("Mul", "a,b", "y").Output("y", type).ToBytes());
        using var output = new StringWriter();
        Assert.Equal(0, Cli.Program.Run(["firmware", model, "-o", Path.Combine(folder.FullPath, "out"), "--cpu", "cortex-m4", "--json"], output, TextWriter.Null));
        string functions = JsonDocument.Parse(output.ToString()).RootElement.GetProperty("sizes").GetProperty("functions").ToString();
        Assert.Equal(isNeeded, functions.Contains("RhpLMul", StringComparison.Ordinal));
        Assert.DoesNotContain("RhpLLsh", functions);
    }

    [FirmwareFact]
    public void A_strict_order_gives_the_bits_of_the_Auto_profile_and_checked_indices_change_nothing()
    {
        JsonElement result = Run(Repository.PathOf("examples", "Digits", "digits.onnx"), "cortex-m4", DigitsAssets.ImagesPath, 10, "--float", "strict", "--checked");
        AssertSame(result, 10);
        Assert.Equal(0, result.GetProperty("run").GetProperty("largestDifference").GetDouble());
    }

    [FirmwareTheory]
    [InlineData("--flash-budget", "4000", "flash", "Gemm1")]
    [InlineData("--ram-budget", "200", "RAM", "RedGenRamBudget is 200; the largest of the arena are Gemm1")]
    public void What_exceeds_a_budget_fails_and_says_by_how_much(string option, string budget, string memory, string named)
    {
        using var folder = new TemporaryFolder();
        using var error = new StringWriter();
        Assert.Equal(1, Cli.Program.Run(["firmware", DigitsAssets.MlpPath, "-o", folder.FullPath, "--cpu", "cortex-m4", option, budget], TextWriter.Null, error));
        Assert.Contains("bytes of " + memory, error.ToString());
        Assert.Contains(named, error.ToString());
        Assert.Equal(0, Cli.Program.Run(["firmware", DigitsAssets.MlpPath, "-o", folder.FullPath, "--cpu", "cortex-m4", option, "8192"], TextWriter.Null, error));
    }

    [FirmwareFact("models/mlperf-tiny-kws-dscnn-folded")]
    public void Keywords_are_spotted_on_a_board() => AssertShared("mlperf-tiny-kws-dscnn-folded", 3);

    [FirmwareFact("models/mlperf-tiny-ad-autoencoder-folded")]
    public void Anomalies_are_detected_on_a_board() => AssertShared("mlperf-tiny-ad-autoencoder-folded", 5, isClassifier: false);

    [FirmwareFact("models/mlperf-tiny-ic-resnet8-folded")]
    public void Images_are_classified_on_a_board() => AssertShared("mlperf-tiny-ic-resnet8-folded", 2);

    [FirmwareFact("models/mlperf-tiny-ic-resnet8-int8-qdq")]
    public void Images_are_classified_in_integers_on_a_board() => AssertExact("mlperf-tiny-ic-resnet8-int8-qdq", "cortex-m33", 2);

    [FirmwareFact("models/mlperf-tiny-kws-dscnn-int8-qdq")]
    public void Keywords_are_spotted_in_integers_on_a_board() => AssertExact("mlperf-tiny-kws-dscnn-int8-qdq", "cortex-m4", 3);

    /// <summary>Integers leave no tolerance: the outputs are those of the Auto profile too.</summary>
    private static void AssertExact(string name, string cpu, int count)
    {
        string folder = Path.Combine(SharedData.Root, "models", name);
        JsonElement result = Run(Path.Combine(folder, "model.onnx"), cpu, Path.Combine(folder, "inputs.npy"), count);
        AssertSame(result, count);
        Assert.Equal(0, result.GetProperty("run").GetProperty("largestDifference").GetDouble());
    }

    private static void AssertShared(string name, int count, bool isClassifier = true)
    {
        string folder = Path.Combine(SharedData.Root, "models", name);
        AssertSame(Run(Path.Combine(folder, "model.onnx"), "cortex-m7", Path.Combine(folder, "inputs.npy"), count), count, isClassifier);
    }

    /// <summary>Bit for bit the same class's outputs here, and no more stack than the report says.</summary>
    private static void AssertSame(JsonElement result, int count, bool isClassifier = true)
    {
        JsonElement run = result.GetProperty("run"), sizes = result.GetProperty("sizes");
        Assert.Equal(count, run.GetProperty("runs").GetInt32());
        Assert.Equal(count, run.GetProperty("sameBits").GetInt32());
        if (isClassifier) Assert.Equal(count, run.GetProperty("sameTop").GetInt32());
        int painted = run.GetProperty("stackBytes").GetInt32(), stated = sizes.GetProperty("stackBytes").GetInt32();
        Assert.InRange(painted, stated / 2, stated);
    }

    private static JsonElement Run(string model, string cpu, string inputs, int count, params string[] options)
    {
        using var folder = new TemporaryFolder();
        using var output = new StringWriter();
        using var error = new StringWriter();
        string[] arguments = ["firmware", model, "-o", folder.FullPath, "--cpu", cpu, "--run", "--inputs", inputs, "--count", FormattableString.Invariant($"{count}"), "--json", .. options];
        int code = Cli.Program.Run(arguments, output, error);
        Assert.True(code == 0, error + "\n" + output);
        JsonElement result = JsonDocument.Parse(output.ToString()).RootElement;
        AssertMap(folder.FullPath, result);
        AssertConstants(folder.FullPath, result);
        return result;
    }

    /// <summary>The sources compile together, and the class's constants are the report's figures.</summary>
    private static void AssertConstants(string folder, JsonElement result)
    {
        string[] files = [.. Directory.GetFiles(folder, "*.g.cs").Where(static f => !f.EndsWith(".Exports.g.cs", StringComparison.Ordinal))];
        CSharpCompilation compilation = CSharpCompilation.Create("Sizes", files.Select(static f => CSharpSyntaxTree.ParseText(File.ReadAllText(f))), FrameworkReferences.Framework, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        Assert.Empty(compilation.GetDiagnostics().Where(static d => d.Severity == DiagnosticSeverity.Error));
        INamedTypeSymbol type = compilation.GetSymbolsWithName("ArenaBytes").Single().ContainingType;
        JsonElement sizes = result.GetProperty("sizes");
        foreach (string name in new[] { "FlashBytes", "RamBytes", "StackBytes", "ArenaBytes", "Macs" })
        {
            object value = ((IFieldSymbol)type.GetMembers(name).Single()).ConstantValue!;
            Assert.Equal(sizes.GetProperty(char.ToLowerInvariant(name[0]) + name[1..]).GetInt64(), Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    /// <summary>The report's flash and arena are what the map of the linked program says.</summary>
    private static void AssertMap(string folder, JsonElement result)
    {
        string map = Assert.Single(Directory.GetFiles(Path.Combine(folder, "board"), "*.map"));
        string objectFile = Path.GetFileNameWithoutExtension(map) + ".o";
        ImmutableArray<MapEntry> entries = LinkerMap.EntriesOf(File.ReadAllText(map), objectFile);
        JsonElement sizes = result.GetProperty("sizes");
        int arena = entries.Where(static e => e.Section.StartsWith(".bss", StringComparison.Ordinal)).Sum(static e => e.Bytes);
        Assert.Equal(sizes.GetProperty("arenaBytes").GetInt32(), arena);
        Assert.Equal(sizes.GetProperty("flashBytes").GetInt32(), entries.Sum(static e => e.Bytes) - arena);
    }
}
