using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Emit;

/// <summary>PredictBatch and Warmup.</summary>
public sealed class BatchTests
{
    [Theory]
    [InlineData("stack")]
    [InlineData("heap")]
    [InlineData("none")]
    [InlineData("bytes")]
    public void A_batch_gives_what_single_runs_give_on_any_number_of_threads(string arena)
    {
        OnnxModelWriter model = arena switch
        {
            "stack" => Layers(8),
            "heap" => Layers(64),
            "none" => new OnnxModelWriter().Input("x", ElementType.Float32, 1, 5).Node("Relu", "x", "y").Output("y"),
            _ => Layers(8).Node("Cast", "y", "halves", n => n.Int("to", (int)ElementType.Float16)).Node("Neg", "halves", "z").Output("z"),
        };
        string more = arena == "bytes" ? ", halves.AsSpan(r * N.ZLength, N.ZLength)" : "";
        string all = arena == "bytes" ? ", halves" : "";
        using GeneratedAssembly code = Compile(model, $$"""
            using System;
            using System.Linq;
            using System.Threading.Tasks;
            using N = Generated.Network;

            static class Driver
            {
                static string Run(int count)
                {
                    var random = new Random(1);
                    float[] x = Enumerable.Range(0, count * N.XLength).Select(_ => (float)random.NextDouble() - 0.5f).ToArray();
                    var expected = new float[count * N.YLength];
                    var halves = new Half[{{(arena == "bytes" ? "count * N.ZLength" : "0")}}];
                    for (int r = 0; r < count; r++) N.Predict(x.AsSpan(r * N.XLength, N.XLength), expected.AsSpan(r * N.YLength, N.YLength){{more}});
                    Half[] expectedHalves = halves.ToArray();
                    for (int threads = 0; threads < 6; threads++)
                    {
                        var actual = new float[count * N.YLength];
                        Array.Fill(actual, float.NaN);
                        Array.Clear(halves, 0, halves.Length);
                        if (threads == 0) N.PredictBatch(x, actual{{all}}, count);
                        else N.PredictBatch(x, actual{{all}}, count, new ParallelOptions { MaxDegreeOfParallelism = threads == 5 ? -1 : threads });
                        for (int i = 0; i < actual.Length; i++)
                            if (BitConverter.SingleToInt32Bits(actual[i]) != BitConverter.SingleToInt32Bits(expected[i])) return $"{count} runs, {threads} threads, element {i}: {actual[i]}, expected {expected[i]}";
                        if (!halves.SequenceEqual(expectedHalves)) return "halves";
                    }

                    return "";
                }
            }
            """);
        var run = code.Method<Func<int, string>>("Driver", "Run");
        foreach (int count in new[] { 0, 1, 2, 37, 5000 }.Where(c => c < 100 || arena != "heap")) Assert.Equal("", run(count));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(64)]
    public void A_batch_on_one_thread_allocates_nothing(int size)
    {
        using GeneratedAssembly code = Compile(Layers(size), """
            using System;
            using N = Generated.Network;

            static class Driver
            {
                static long Allocated()
                {
                    var x = new float[9 * N.XLength];
                    var y = new float[9 * N.YLength];
                    N.PredictBatch(x, y, 9);
                    long before = GC.GetAllocatedBytesForCurrentThread();
                    for (int i = 0; i < 20; i++) N.PredictBatch(x, y, 9);
                    return GC.GetAllocatedBytesForCurrentThread() - before;
                }
            }
            """);
        Assert.Equal(0, code.Method<Func<long>>("Driver", "Allocated")());
    }

    [Fact]
    public void Arguments_that_do_not_fit_are_refused()
    {
        using GeneratedAssembly code = Compile(Layers(8), """
            using System;
            using System.Threading;
            using System.Threading.Tasks;
            using N = Generated.Network;

            static class Driver
            {
                static string[] Run()
                {
                    var x = new float[2 * N.XLength];
                    var y = new float[2 * N.YLength];
                    var both = new float[2 * N.XLength + 2 * N.YLength];
                    var options = new ParallelOptions();
                    var cancelled = new ParallelOptions { CancellationToken = new CancellationToken(true) };
                    return new[]
                    {
                        Of(() => N.PredictBatch(x, y, 3)),
                        Of(() => N.PredictBatch(x, y, 1, options)),
                        Of(() => N.PredictBatch(x, new float[1], 2)),
                        Of(() => N.PredictBatch(x, y, -2)),
                        Of(() => N.PredictBatch(x, y, -2, options)),
                        Of(() => N.PredictBatch(both.AsSpan(0, x.Length), both.AsSpan(x.Length - 1, y.Length), 2)),
                        Of(() => N.PredictBatch(x, y, 2, null)),
                        Of(() => N.PredictBatch(x, y, 2, cancelled)),
                    };
                }

                static string Of(Action call)
                {
                    try
                    {
                        call();
                        return "";
                    }
                    catch (Exception problem)
                    {
                        return problem.GetType().Name + ": " + problem.Message;
                    }
                }
            }
            """);
        string[] problems = code.Method<Func<string[]>>("Driver", "Run")();
        Assert.StartsWith("ArgumentException: Network.PredictBatch: x has 384 elements, 3 runs of the model take 192 each.", problems[0]);
        Assert.StartsWith("ArgumentException: Network.PredictBatch: x has 384 elements, 1 runs", problems[1]);
        Assert.StartsWith("ArgumentException: Network.PredictBatch: y has 1 elements, 2 runs", problems[2]);
        Assert.StartsWith("ArgumentOutOfRangeException", problems[3]);
        Assert.StartsWith("ArgumentOutOfRangeException", problems[4]);
        Assert.StartsWith("ArgumentException: Network.Predict: y shares memory with x.", problems[5]);
        Assert.StartsWith("ArgumentNullException", problems[6]);
        Assert.StartsWith("OperationCanceledException", problems[7]);
    }

    [Fact]
    public void Names_of_inputs_meet_no_parameter()
    {
        OnnxModelWriter model = new();
        string[] names = ["count", "options", "first", "end", "i", "_", "runs", "refused", "parameter"];
        foreach (string name in names) model.Input(name, ElementType.Float32, 1, 2);
        model.Node("Concat", string.Join(",", names), "y", n => n.Int("axis", 0)).Output("y");
        using GeneratedAssembly code = Compile(model, "");
        Assert.Equal(2, code.Assembly.GetType("Generated.Network")!.GetMethods().Count(static m => m.Name == "PredictBatch"));
    }

    [Fact]
    public void A_run_of_a_model_bound_to_a_batch_is_that_batch()
    {
        OnnxModelWriter model = new OnnxModelWriter().Input("x", ElementType.Float32, "n", 3).Node("Neg", "x", "y").Output("y");
        using GeneratedAssembly code = Compile(model, """
            static class Driver
            {
                static float[] Run(float[] x, int count)
                {
                    var y = new float[x.Length];
                    Generated.Network.PredictBatch(x, y, count);
                    return y;
                }
            }
            """, TestOptions.Exact with { Dims = TestOptions.Exact.Dims.Add("n", 4) });
        Assert.Equal(Enumerable.Range(0, 24).Select(static i => -(float)i), code.Method<Func<float[], int, float[]>>("Driver", "Run")([.. Enumerable.Range(0, 24)], 2));
    }

    [Fact]
    public void Sequences_and_results_of_any_length_have_no_batches()
    {
        OnnxModelWriter cell = new OnnxModelWriter().Input("x", ElementType.Float32, 1).Input("h", ElementType.Float32, 1).Node("Add", "x,h", "hn").Node("Neg", "hn", "y").Output("y").Output("hn");
        OnnxModelWriter open = new OnnxModelWriter().Input("x", ElementType.Float32, 3).Node("NonZero", "x", "y").Output("y");
        OnnxModelWriter constant = new OnnxModelWriter().Initializer("c", [1f], 1).Node("Neg", "c", "y").Output("y");
        foreach (OnnxModelWriter model in new[] { cell, open, constant })
        {
            using GeneratedAssembly code = Compile(model, "");
            Assert.DoesNotContain(code.Assembly.GetType("Generated.Network")!.GetMethods(), static m => m.Name == "PredictBatch");
            Call(code);
        }
    }

    [Fact]
    public void Warmup_makes_the_weights_of_branches_that_zeros_do_not_take()
    {
        var layer = (float[])[.. RandomTensor.Of(ElementType.Float32, 4, 24, 24).Reals!.Select(static v => MathF.Round((float)v * 3))];
        OnnxModelWriter model = new OnnxModelWriter().Input("x", ElementType.Float32, 7, 24).Initializer("w", layer, 24, 24).Initializer("zero", [0f]).Initializer("axes", [0L, 1L], 2)
            .Node("ReduceSum", "x,axes", "s", n => n.Int("keepdims", 0)).Node("Greater", "s,zero", "c")
            .Node("If", "c", "y", n => n.Graph("then_branch", g => g.Node("MatMul", "x,w", "t").Output("t")).Graph("else_branch", g => g.Node("Neg", "x", "e").Output("e")))
            .Output("y", ElementType.Float32, 7, 24);
        using GeneratedAssembly code = Compile(model, """
            using System;
            using System.Linq;
            using N = Generated.Network;

            static class Driver
            {
                static long Allocated()
                {
                    float[] x = Enumerable.Repeat(1f, N.XLength).ToArray();
                    var y = new float[N.YLength];
                    N.Warmup();
                    long before = GC.GetAllocatedBytesForCurrentThread();
                    N.Predict(x, y);
                    return GC.GetAllocatedBytesForCurrentThread() - before;
                }
            }
            """, new CompilerOptions());
        Assert.Equal(0, code.Method<Func<long>>("Driver", "Allocated")());
    }

    [Fact]
    public void Warmup_takes_zeros_that_the_network_refuses()
    {
        OnnxModelWriter divided = new OnnxModelWriter().Input("x", ElementType.Int32, 3).Node("Div", "x,x", "y").Output("y");
        using GeneratedAssembly code = Compile(divided, "");
        Call(code);
    }

    [Fact]
    public void Threads_may_warm_up_at_the_same_time()
    {
        using GeneratedAssembly code = Compile(Layers(8), "", new CompilerOptions());
        System.Threading.Tasks.Parallel.For(0, 8, _ => Call(code));
    }

    private static void Call(GeneratedAssembly code) => code.Method<Action>("Generated.Network", "Warmup")();

    private static OnnxModelWriter Layers(int size) => new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 1, 3, size, size)
        .Initializer("w", RandomTensor.Of(ElementType.Float32, 1, 6, 3, 3, 3).ToTensor()).Initializer("v", RandomTensor.Of(ElementType.Float32, 2, 5, 6, 3, 3).ToTensor())
        .Node("Conv", "x,w", "a", n => n.Ints("pads", 1, 1, 1, 1)).Node("Relu", "a", "b").Node("Conv", "b,v", "c", n => n.Ints("pads", 1, 1, 1, 1)).Node("Sigmoid", "c", "d")
        .Node("GlobalAveragePool", "d", "e").Node("Softmax", "e", "y", n => n.Int("axis", 1)).Output("y");

    private static GeneratedAssembly Compile(OnnxModelWriter model, string driver, CompilerOptions? options = null)
    {
        CompilationResult result = ModelCompiler.Compile(model.ToSource(), (options ?? TestOptions.Exact) with { Namespace = "Generated", ClassName = "Network" });
        Assert.True(result.Success, string.Join("\n", result.Diagnostics));
        return GeneratedAssembly.Compile([.. result.Sources.Select(static s => new KeyValuePair<string, string>(s.HintName, s.Text)), new("Driver.cs", driver)], new ConsumerSettings { IsChecked = true });
    }
}
