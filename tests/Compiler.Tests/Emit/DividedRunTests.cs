using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Emit;

/// <summary>One run on several threads, which divide its large layers.</summary>
public sealed class DividedRunTests
{
    [Fact]
    public void A_run_gives_the_same_bits_on_any_number_of_threads()
    {
        CompilationResult result = ModelCompiler.Compile(Layers().ToSource(), TestOptions.Exact with { Namespace = "Generated", ClassName = "Network" });
        Assert.True(result.Success, string.Join("\n", result.Diagnostics));
        string[] kernels = [.. result.Plan!.Root.Steps.Where(s => s.IsDivisible).Select(s => s.Kernel)];
        foreach (string kernel in new[] { "ChannelsLast.PlainInput", "ChannelsLast.Depthwise", "ChannelsLast.Pointwise", "ChannelsLast.Direct" }) Assert.Contains(kernel, kernels);
        Assert.Contains(kernels, k => k.StartsWith("ChannelsLast.Winograd", StringComparison.Ordinal));

        using GeneratedAssembly code = GeneratedAssembly.Compile([.. result.Sources.Select(static s => new KeyValuePair<string, string>(s.HintName, s.Text)), new("Driver.cs", """
            using System;
            using System.Linq;
            using System.Threading.Tasks;
            using N = Generated.Network;

            static class Driver
            {
                static string Run()
                {
                    var random = new Random(1);
                    float[] x = Enumerable.Range(0, N.XLength).Select(_ => (float)random.NextDouble() - 0.5f).ToArray();
                    float[] expected = N.Predict(x);
                    foreach (int threads in new[] { 1, 2, 3, 4, 5, 6, -1, 100_000, int.MaxValue })
                    {
                        var actual = new float[expected.Length];
                        Array.Fill(actual, float.NaN);
                        N.PredictBatch(x, actual, 1, new ParallelOptions { MaxDegreeOfParallelism = threads });
                        for (int i = 0; i < actual.Length; i++)
                            if (BitConverter.SingleToInt32Bits(actual[i]) != BitConverter.SingleToInt32Bits(expected[i])) return $"{threads} threads, element {i}: {actual[i]}, expected {expected[i]}";
                    }

                    return "";
                }
            }
            """)], new ConsumerSettings { IsChecked = true });
        Assert.Equal("", code.Method<Func<string>>("Driver", "Run")());
    }

    [Fact]
    public void Small_networks_have_no_second_sequence()
    {
        using CompiledModel model = CompiledModel.Compile(new OnnxModelWriter().Input("x", ElementType.Float32, 1, 5).Node("Relu", "x", "y").Output("y").ToSource(), TestOptions.Exact);
        Assert.DoesNotContain("RunDivided", model.Code, StringComparison.Ordinal);
    }

    /// <summary>A layer of every kernel that is divided, of odd sizes, with padding.</summary>
    private static OnnxModelWriter Layers() => new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 1, 3, 97, 95)
        .Initializer("w1", Random(64 * 3 * 9), 64, 3, 3, 3).Initializer("w2", Random(64 * 9), 64, 1, 3, 3).Initializer("w6", Random(64 * 25), 64, 1, 5, 5).Initializer("w3", Random(48 * 64), 48, 64, 1, 1)
        .Initializer("w4", Random(48 * 48 * 9), 48, 48, 3, 3).Initializer("w5", Random(40 * 48 * 9), 40, 48, 3, 3).Initializer("b", Random(48), 48)
        .Node("Conv", "x,w1", "a", n => n.Ints("strides", 2, 2).Ints("pads", 1, 1, 1, 1)).Node("Relu", "a", "ar")
        .Initializer("w7", Random(64 * 64), 64, 64, 1, 1).Node("Conv", "ar,w7", "q")
        .Node("Conv", "q,w2", "d", n => n.Int("group", 64).Ints("pads", 1, 1, 1, 1)).Node("HardSwish", "d", "dh")
        .Node("Conv", "dh,w6", "e", n => n.Int("group", 64).Ints("pads", 2, 2, 2, 2)).Node("Relu", "e", "er")
        .Node("Conv", "er,w3,b", "p").Node("Conv", "p,w4,b", "v", n => n.Ints("pads", 1, 1, 1, 1)).Node("Add", "v,p", "s").Node("Relu", "s", "sr")
        .Node("Conv", "sr,w5", "t", n => n.Ints("strides", 2, 2).Ints("pads", 1, 1, 1, 1)).Node("Sigmoid", "t", "y").Output("y");

    private static float[] Random(int count)
    {
        var random = new Random(count);
        return [.. Enumerable.Range(0, count).Select(_ => ((float)random.NextDouble() - 0.5f) * 0.3f)];
    }
}
