using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Cli.Tests;

/// <summary>
/// No method of generated code is so large that the JIT gives up optimising it: the runtime lists what it compiled and how, in a
/// process of its own that runs models through the tool.
/// </summary>
public sealed partial class JitTests
{
    [Fact]
    public void Thousands_of_nodes_are_compiled_optimised()
    {
        using var folder = new TemporaryFolder();
        WriteCase(folder, "elementwise", 2000, static (m, i, from, to) => m.Node(i % 2 == 0 ? "Sin" : "Softsign", from, to));
        WriteCase(folder, "alternating", 1000, static (m, i, from, to) => _ = i % 3 == 0
            ? m.Node("Softmax", from, to)
            : m.Node("Mul", from + ",c" + (i % 7), to));
        WriteFan(folder, "fan", 300);
        WriteProducts(folder, "products", 350);
        WriteLoop(folder, "loop", 300);
        AssertOptimised(folder.FullPath);
    }

    [SharedFact("models")]
    public void Trained_models_are_compiled_optimised() => AssertOptimised([.. new[]
    {
        "acasxu-1-1", "cifar10-resnet20-bn", "cifar10-vit-ibp-3-3-8", "digits-snn-lif10", "digits-transformer", "oww-embedding",
        "paddleocr-cls", "sine-tinyml", "tract-lgbm-classifier",
    }.Select(static name => Path.Combine(SharedData.Root, "models", name))]);

    /// <summary>A network in use has left the first tier behind: only what runs once, to make the weights, is never compiled again.</summary>
    [Fact]
    public void Layers_in_use_do_not_stay_in_the_first_tier()
    {
        using var folder = new TemporaryFolder();
        string cnn = folder.Write("digits.onnx", DigitsAssets.Cnn());
        OnnxModelWriter loops = new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 1, 3, 40, 40).Node("Sigmoid", "x", "s").Node("Mul", "x,s", "t")
            .Node("Transpose", "t", "u", n => n.Ints("perm", 0, 2, 3, 1)).Node("Softmax", "u", "y").Output("y");
        string elementwise = folder.Write("loops.onnx", loops.ToBytes());
        foreach (string model in new[] { cnn, elementwise })
        {
            string[] methods = Compiled(["bench", model, "--seconds", "0.05"]);
            Assert.DoesNotContain(methods, static l => l.Contains("MinOpts", StringComparison.OrdinalIgnoreCase));
            ILookup<string, string> layers = methods.Select(l => BenchMethod().Match(l)).Where(static m => m.Success).ToLookup(static m => m.Groups[1].Value, static m => m.Groups[2].Value);
            Assert.Contains("Run", layers.Select(static l => l.Key));
            Assert.All(layers.Where(static l => l.Key != "Warmup"), layer => Assert.True(layer.Any(static tier => !tier.Contains("Tier0", StringComparison.Ordinal)), layer.Key + ": " + string.Join(", ", layer)));
        }
    }

    private static void AssertOptimised(params string[] folders)
    {
        string[] generated = [.. Compiled(["test", .. folders]).Where(l => GeneratedMethod().IsMatch(l))];
        Assert.True(generated.Length > 10);
        Assert.DoesNotContain(generated, static l => l.Contains("MinOpts", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>What the runtime compiled of RedGen's code in a run of the tool: a line each time, with the tier.</summary>
    private static string[] Compiled(string[] arguments)
    {
        string list = Path.Combine(Path.GetTempPath(), "redgen-jit-" + Guid.NewGuid().ToString("N") + ".txt");
        try
        {
            var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (string argument in arguments.Prepend(Path.Combine(AppContext.BaseDirectory, "redgen.dll"))) start.ArgumentList.Add(argument);
            start.Environment["DOTNET_JitStdOutFile"] = list;
            start.Environment["DOTNET_JitDisasmSummary"] = "1";
            using Process process = Process.Start(start)!;
            _ = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return [.. File.ReadLines(list).Where(static l => l.Contains("RedGen.Runtime.", StringComparison.Ordinal) || l.Contains("RedGenProgram.", StringComparison.Ordinal) || GeneratedMethod().IsMatch(l))];
        }
        finally
        {
            File.Delete(list);
        }
    }

    private static void WriteCase(TemporaryFolder folder, string name, int nodes, Action<OnnxModelWriter, int, string, string> add)
    {
        OnnxModelWriter model = new OnnxModelWriter().Opset(17).Input("v0", ElementType.Float32, 4, 9);
        for (int i = 0; i < 7; i++) model.Initializer("c" + i, [0.5f + i], 1);
        for (int i = 0; i < nodes; i++) add(model, i, "v" + i, "v" + (i + 1));
        Save(folder, name, model.Output("v" + nodes, ElementType.Float32, 4, 9), 4, 9);
    }

    /// <summary>One value split into many, each changed, all joined again: many buffers alive at once, and calls with many arguments.</summary>
    private static void WriteFan(TemporaryFolder folder, string name, int width)
    {
        OnnxModelWriter model = new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, width, 3);
        model.Node("Split", "x", string.Join(",", Enumerable.Range(0, width).Select(i => "s" + i)));
        for (int i = 0; i < width; i++) model.Node("Sin", "s" + i, "t" + i);
        model.Node("Concat", string.Join(",", Enumerable.Range(0, width).Select(i => "t" + i)), "y", n => n.Int("axis", 0));
        Save(folder, name, model.Output("y", ElementType.Float32, width, 3), width, 3);
    }

    /// <summary>Products that share one method, and pass their weights to it.</summary>
    private static void WriteProducts(TemporaryFolder folder, string name, int nodes)
    {
        OnnxModelWriter model = new OnnxModelWriter().Opset(17).Input("v0", ElementType.Float32, 8, 48).Initializer("b", new float[48], 48);
        for (int i = 0; i < 3; i++) model.Initializer("w" + i, [.. Enumerable.Range(0, 48 * 48).Select(k => (k % 7 * 0.005f) + (i * 0.001f))], 48, 48);
        for (int i = 0; i < nodes; i++) model.Node("Gemm", FormattableString.Invariant($"v{i},w{i % 3},b"), "v" + (i + 1));
        Save(folder, name, model.Output("v" + nodes, ElementType.Float32, 8, 48), 8, 48);
    }

    /// <summary>A loop of many nodes, with a branch of as many in it.</summary>
    private static void WriteLoop(TemporaryFolder folder, string name, int nodes)
    {
        OnnxModelWriter model = new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 4, 9).Initializer("three", [3L]).Initializer("zero", [0f]).Initializer("axes", [0L, 1L], 2);
        void Chain(OnnxGraphWriter graph, string from, string to)
        {
            for (int i = 0; i < nodes; i++) graph.Node(i % 2 == 0 ? "Sin" : "Softmax", from + (i == 0 ? "" : i), to + (i + 1));
        }

        model.Node("Loop", "three,,x", "y", n => n.Graph("body", body =>
        {
            body.Input("i", ElementType.Int64).Input("go", ElementType.Bool).Input("v", ElementType.Float32, 4, 9);
            Chain(body, "v", "v");
            body.Node("ReduceSum", "v,axes", "sum", a => a.Int("keepdims", 0)).Node("Greater", "sum,zero", "c").Node("If", "c", "w", a => a
                .Graph("then_branch", g =>
                {
                    Chain(g, "v", "t");
                    g.Output("t" + nodes);
                })
                .Graph("else_branch", g => g.Output("v" + nodes)));
            body.Output("go").Output("w");
        }));
        Save(folder, name, model.Output("y", ElementType.Float32, 4, 9), 4, 9);
    }

    /// <summary>The expected zeros may be wrong: what counts here is that the code runs.</summary>
    private static void Save(TemporaryFolder folder, string name, OnnxModelWriter model, params int[] lengths)
    {
        Tensor zeros = Tensor.Of(new float[lengths[0] * lengths[1]], lengths);
        Samples.WriteCase(folder, name, model, (zeros, zeros));
    }

    /// <summary>A method of the class that bench compiles, and its tier.</summary>
    [GeneratedRegex(@"JIT compiled RedGenProgram\.\w+:(\w+)\([^)]*\) \[([^,]+)")]
    private static partial Regex BenchMethod();

    [GeneratedRegex(@"JIT compiled Case\d+\.Model:")]
    private static partial Regex GeneratedMethod();
}
