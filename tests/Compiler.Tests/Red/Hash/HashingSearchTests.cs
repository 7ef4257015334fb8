using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Execute.Fast;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import;
using RedGen.Compiler.Options;
using RedGen.Compiler.Red;
using RedGen.Compiler.Red.Planning;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Red.Hash;

/// <summary>The search as <c>redgen tune</c> and the build run it.</summary>
public sealed class HashingSearchTests
{
    private static readonly CompilerOptions Adaptive = new() { Hashing = Hashing.Adaptive };
    private static readonly ModelSource Cnn = ModelSource.FromBytes("digits.onnx", DigitsAssets.Cnn());
    private static readonly ModelSource Mlp = ModelSource.FromBytes("mlp.onnx", DigitsAssets.Mlp());

    [Theory]
    [InlineData(Hashing.Adaptive)]
    [InlineData(Hashing.Kde)]
    [InlineData(Hashing.KdeMean)]
    public void Two_runs_give_one_plan(Hashing hashing)
    {
        CompilerOptions options = Adaptive with { Hashing = hashing };
        Assert.Equal(Text(Mlp, options), Text(Mlp, options));
    }

    [Fact]
    public async Task The_plan_does_not_depend_on_threads()
    {
        string many = Text(Cnn, Adaptive);
        // Every thread of the pool is taken: the one that searches does all the work itself.
        var isDone = new ManualResetEventSlim();
        string one = await Task.Run(() =>
        {
            for (int i = 0; i < 64; i++) ThreadPool.UnsafeQueueUserWorkItem(_ => isDone.Wait(20_000), null);
            try
            {
                return Text(Cnn, Adaptive);
            }
            finally
            {
                isDone.Set();
            }
        });
        Assert.Equal(many, one);
    }

    [Fact]
    public void The_plan_does_not_depend_on_the_culture()
    {
        string invariant = Text(Mlp, Adaptive with { Tolerance = 0.07, InputRange = "-0.5..16.25" });
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            var other = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            other.NumberFormat.NumberDecimalSeparator = ",";
            other.NumberFormat.NumberGroupSeparator = ".";
            other.NumberFormat.NegativeSign = "−";
            CultureInfo.CurrentCulture = other;
            Assert.Equal(invariant, Text(Mlp, Adaptive with { Tolerance = 0.07, InputRange = "-0.5..16.25" }));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData(Hashing.Adaptive)]
    [InlineData(Hashing.KdeMean)]
    public void A_plan_has_the_same_text_after_it_was_read(Hashing hashing)
    {
        foreach (ModelSource source in new[] { Cnn, Mlp })
        {
            CompilerOptions options = Adaptive with { Hashing = hashing };
            string text = Text(source, options), fingerprint = PlanFile.Fingerprint(options, "");
            HashingPlan read = PlanFile.Read(text, source.Sha256, fingerprint, out string problem)!;
            Assert.Equal("", problem);
            Assert.Equal(text, PlanFile.Write(read, source.Sha256, fingerprint));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0.3)]
    [InlineData(0.1)]
    [InlineData(0.03)]
    public void The_tolerance_is_met_where_layers_can_be_finer(double tolerance)
    {
        foreach (ModelSource source in new[] { Cnn, Mlp })
        {
            HashingPlan plan = Plan(source, Adaptive with { Tolerance = tolerance });
            Assert.NotEmpty(plan.Layers);
            Assert.InRange(plan.MeasuredError, 1e-6, tolerance);
            Assert.Equal(tolerance, plan.Tolerance);
            Assert.Equal(1, plan.Layers.Sum(l => l.ErrorShare), 6);
        }
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.0001)]
    [InlineData(0)]
    public void It_is_missed_only_where_no_layer_can_be_finer(double tolerance)
    {
        foreach (ModelSource source in new[] { Cnn, Mlp })
        {
            HashingPlan plan = Plan(source, Adaptive with { Tolerance = tolerance });
            if (plan.MeasuredError <= tolerance) continue;
            // Small layers are cheaper as floats than with 63 magnitudes, and are floats as far as the bytes allow.
            Assert.All(plan.Layers.Where(l => l.Matrix.Count > 400), l => Assert.InRange(l.Matrix.ValueCount, 127, int.MaxValue));
            Assert.InRange(plan.MeasuredError, 0, 0.03);
        }
    }

    [Fact]
    public void A_smaller_tolerance_takes_more_values()
    {
        int Values(double tolerance) => Plan(Cnn, Adaptive with { Tolerance = tolerance }).Layers.Sum(l => l.Matrix.Codebook.Length);
        int coarse = Values(0.4), middle = Values(0.1), fine = Values(0.02);
        Assert.True(coarse < middle && middle < fine, $"{coarse} {middle} {fine}");
    }

    [Fact]
    public void The_error_on_the_users_samples_is_that_of_the_reduced_graph()
    {
        AssertMeasured(Cnn, [.. DigitsAssets.Images().Take(40)], [1, 1, 8, 8]);

        // One constant in two layers, and a bias that is computed.
        var random = new Random(8);
        ModelSource shared = new OnnxModelWriter().Input("x", ElementType.Float32, 1, 30).Output("y", ElementType.Float32)
            .Initializer("w", Layers.Weights(random, 900), 30, 30).Initializer("b", Layers.Weights(random, 30), 30).Initializer("c", Layers.Weights(random, 30), 30).Initializer("v", Layers.Weights(random, 900), 30, 30)
            .Node("Gemm", "x, w, b", "h").Node("Relu", "h", "r").Node("Gemm", "r, w, c", "g").Node("Tanh", "g", "t").Node("Gemm", "t, v, x", "y").ToSource();
        AssertMeasured(shared, [.. Enumerable.Range(0, 12).Select(_ => Layers.Weights(random, 30))], [1, 30]);
    }

    [Fact]
    public void It_stops_wherever_it_is_cancelled()
    {
        var stages = new List<string>();
        Tuner.Run(Mlp, Adaptive, null, p => stages.Add(p.Stage), new DiagnosticBag(), default);
        Assert.Equal(["statistics", "sensitivities", "hashing"], stages.Distinct());
        for (int last = 1; last <= stages.Count; last++)
        {
            using var source = new CancellationTokenSource();
            int seen = 0;
            Assert.Throws<OperationCanceledException>(() => Tuner.Run(
                Mlp, Adaptive, null,
                _ =>
                {
                    if (++seen == last) source.Cancel();
                },
                new DiagnosticBag(), source.Token));
            Assert.Equal(last, seen);
        }
    }

    [Fact]
    public void Progress_goes_from_nothing_to_all()
    {
        var done = new List<double>();
        Tuner.Run(Cnn, Adaptive, null, p => done.Add(p.Done), new DiagnosticBag(), default);
        Assert.Equal(0, done[0]);
        Assert.All(done.Skip(1).Zip(done), d => Assert.True(d.First >= d.Second - 1e-9));
        Assert.All(done, d => Assert.InRange(d, 0, 1));
    }

    [SharedFact("models")]
    public void It_stops_soon()
    {
        string file = SharedData.ModelsIn(Path.Combine(SharedData.Root, "models", "cifar10-resnet20-bn"))[0];
        using var source = new CancellationTokenSource();
        long cancelled = 0;
        Assert.Throws<OperationCanceledException>(() => Tuner.Run(
            SharedData.Load(file), Adaptive, null,
            p =>
            {
                if (p.Done <= 0.25 || source.IsCancellationRequested) return;
                cancelled = Environment.TickCount64;
                source.Cancel();
            },
            new DiagnosticBag(), source.Token));
        Assert.InRange(Environment.TickCount64 - cancelled, 0, 3000);
    }

    private static void AssertMeasured(ModelSource source, float[][] samples, int[] lengths)
    {
        var diagnostics = new DiagnosticBag();
        HashingPlan plan = Tuner.Run(source, Adaptive, Tensor.Of([.. samples.SelectMany(s => s)], [samples.Length, .. lengths.Skip(1)]), null, diagnostics, default)!;
        Assert.Equal(samples.Length + " of the user's samples", plan.Inputs);
        Graph graph = ModelCompiler.Normalise(OnnxReader.Read(source, diagnostics, default)!, Adaptive, diagnostics, default);
        double[][] Outputs(Graph g)
        {
            var evaluator = new FastEvaluator(g);
            return [.. samples.Select(s => evaluator.Run(new Dictionary<string, ReferenceTensor> { [g.Inputs[0].Name] = new(ElementType.Float32, lengths, [.. s.Select(v => (double)v)]) })[0].Reals!)];
        }

        double[][] before = Outputs(graph), after = Outputs(ApplyHashing.Run(graph, plan, out _)!.Graph);
        double noise = before.Zip(after).Sum(p => p.First.Zip(p.Second).Sum(q => Math.Pow(q.First - q.Second, 2)));
        double signal = Enumerable.Range(0, before[0].Length).Sum(k => before.Sum(y => Math.Pow(y[k] - before.Average(o => o[k]), 2)));
        Assert.Equal(1, plan.MeasuredError / Math.Sqrt(noise / signal), 4);
    }

    private static HashingPlan Plan(ModelSource source, CompilerOptions options)
    {
        var diagnostics = new DiagnosticBag();
        HashingPlan? plan = Tuner.Run(source, options, null, null, diagnostics, default);
        Assert.False(diagnostics.HasErrors);
        return plan!;
    }

    private static string Text(ModelSource source, CompilerOptions options) => PlanFile.Write(Plan(source, options), source.Sha256, PlanFile.Fingerprint(options, ""));
}
