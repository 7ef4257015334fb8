using System;
using System.IO;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Verify;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Search;
using RedGen.Compiler.Verify.VnnLib;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Verify;

/// <summary>Verdicts are right: proofs against dense samples, counterexamples by running them, and nothing is claimed of what has no bounds.</summary>
public sealed class VerifierTests
{
    private static readonly CompilerOptions Plain = new() { Hashing = Hashing.None };

    /// <summary>y = |x₀| + |x₁|, which only splitting proves to be at most 2 over the box.</summary>
    private static OnnxModelWriter Norm() => new OnnxModelWriter()
        .Input("x", ElementType.Float32, 1, 2)
        .Initializer("w", [1f, -1, 0, 0, 0, 0, 1, -1], 2, 4).Node("MatMul", "x,w", "z").Node("Relu", "z", "a")
        .Initializer("v", [1f, 1, 1, 1], 4, 1).Node("MatMul", "a,v", "y").Output("y", ElementType.Float32, 1, 1);

    [Theory]
    [InlineData("(assert (>= Y_0 2.0001))", VerificationResult.Holds)]
    [InlineData("(assert (>= Y_0 2))", VerificationResult.Violated)]
    [InlineData("(assert (>= Y_0 1.9999))", VerificationResult.Violated)]
    [InlineData("(assert (<= Y_0 -0.0001))", VerificationResult.Holds)]
    [InlineData("(assert (<= Y_0 0))", VerificationResult.Violated)]
    [InlineData("(assert (and (>= Y_0 0.5) (<= Y_0 0.50001)))", VerificationResult.Violated)]
    [InlineData("(assert (and (<= X_0 -0.5) (<= Y_0 0.4999)))", VerificationResult.Holds)]
    [InlineData("(assert (>= Y_0 (+ (* -1 X_0) 2.0001)))", VerificationResult.Violated)]
    public void Small_cases_have_the_verdict_that_is_known(string assertion, VerificationResult expected)
    {
        using CompiledModel model = CompiledModel.Compile(Norm(), Plain);
        Verdict verdict = Run(model, Box(2, 1, "-1", "1") + assertion);
        Assert.Equal(expected, verdict.Result);
        if (expected == VerificationResult.Violated) AssertIsCounterexample(model, verdict, Box(2, 1, "-1", "1") + assertion);
        else Assert.Empty(verdict.Input);
    }

    [Theory]
    [InlineData("Log")]
    [InlineData("Acosh")]
    [InlineData("Sqrt")]
    public void Where_a_function_has_no_value_the_search_goes_on(string function)
    {
        using CompiledModel model = CompiledModel.Compile(new OnnxModelWriter().Input("x", ElementType.Float32, 1, 3).Node(function, "x", "y").Output("y"), Plain);
        var limits = new VerificationLimits { Nodes = 50 };
        Assert.Equal(VerificationResult.Violated, Run(model, Box(3, 3, "-1", "2") + "(assert (>= Y_1 0.5))", limits).Result);
        // NaN fulfils no condition, and no bound proves that.
        Assert.NotEqual(VerificationResult.Violated, Run(model, Box(3, 3, "-1", "2") + "(assert (>= Y_1 3))", limits).Result);
    }

    [Fact]
    public void Random_properties_are_decided_as_samples_say()
    {
        int holds = 0, violated = 0;
        using var batch = new ModelBatch();
        CompiledModel[] models = [.. Enumerable.Range(0, 12).Select(seed => batch.Add("network" + seed, RandomNetworks.Dense(new Random(seed), 3, 2).ToSource(), Plain))];
        batch.Build();
        foreach ((CompiledModel model, int seed) in models.Select(static (m, i) => (m, i)))
        {
            var random = new Random(seed);
            double[] values = [.. Enumerable.Range(0, 500).Select(_ => Value(model, random))];
            (double least, double most) = (values.Min(), values.Max());
            foreach (double limit in new[] { most + 0.02, most + (0.5 * (most - least)), ((most + least) / 2), most - (0.01 * (most - least)) })
            {
                string property = Box(3, 2, "-1", "1") + FormattableString.Invariant($"(assert (>= (- Y_0 Y_1) {limit:R}))");
                Verdict verdict = Run(model, property, new VerificationLimits { Nodes = 30_000 });
                if (verdict.Result == VerificationResult.Violated) AssertIsCounterexample(model, verdict, property);
                // A sample above the limit is a counterexample: the property cannot hold.
                if (most >= limit) Assert.Equal(VerificationResult.Violated, verdict.Result);
                holds += verdict.Result == VerificationResult.Holds ? 1 : 0;
                violated += verdict.Result == VerificationResult.Violated ? 1 : 0;
            }
        }

        Assert.True(holds >= 12 && violated >= 24, $"{holds} hold, {violated} are violated");
    }

    [Fact]
    public void Threads_change_neither_the_verdict_nor_the_search()
    {
        using CompiledModel model = CompiledModel.Compile(RandomNetworks.Dense(new Random(4), 4, 2).ToSource(), Plain);
        string property = Box(4, 2, "-1", "1") + "(assert (>= (- Y_0 Y_1) 3.3))";
        Verdict[] verdicts = [.. new[] { 1, 2, 5 }.Select(threads => Run(model, property, new VerificationLimits { Threads = threads, Nodes = 3000 }))];
        Assert.All(verdicts, v => Assert.Equal((verdicts[0].Result, verdicts[0].Nodes, verdicts[0].Depth), (v.Result, v.Nodes, v.Depth)));
    }

    [Fact]
    public void Limits_end_a_search_without_a_verdict()
    {
        using CompiledModel model = CompiledModel.Compile(Norm(), Plain);
        // Nobody finds a counterexample, and no float32 proof exists at the very edge.
        string property = Box(2, 1, "-1", "1") + "(assert (> Y_0 2))";
        Verdict verdict = Run(model, property, new VerificationLimits { Nodes = 64 });
        Assert.Equal(VerificationResult.Unknown, verdict.Result);
        Assert.Contains("limit of 64 regions", verdict.Reason, StringComparison.Ordinal);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Equal(VerificationResult.TimedOut, Verifier.Run(model.Plan, VnnLibReader.Read(property, 2, 1), x => Predict(model, x), new VerificationLimits(), null, cancelled.Token).Result);
    }

    [Theory]
    [InlineData("RandomUniformLike")]
    [InlineData("Bernoulli")]
    public void Operators_without_bounds_are_named_and_nothing_is_claimed(string op)
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Float32, 1, 2)
            .Node(op, "x", "y", static n => n.Name("odd")).Output("y", ElementType.Float32, 1, 2);
        using CompiledModel model = CompiledModel.Compile(writer, Plain);
        Verdict verdict = Run(model, Box(2, 2, "0", "1") + "(assert (>= Y_0 1000))");
        Assert.Equal(VerificationResult.Unknown, verdict.Result);
        Assert.Contains("node 'odd' (" + op + ")", verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mean_whose_sum_overflows_is_not_taken_for_finite()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 1, 4).Node("ReduceMean", "x", "y", static n => n.Ints("axes", 1)).Output("y", ElementType.Float32, 1, 1);
        using CompiledModel model = CompiledModel.Compile(writer, Plain);
        Assert.True(float.IsInfinity(Predict(model, [3e38f, 3e38f, 3e38f, 3e38f])[0]));
        Assert.NotEqual(VerificationResult.Holds, Run(model, Box(4, 1, "0", "3e38") + "(assert (>= Y_0 3.3e38))", new VerificationLimits { Nodes = 200 }).Result);
    }

    [Theory]
    [InlineData("(assert (<= Y_0 -0.01))", VerificationResult.Holds)]
    [InlineData("(assert (>= Y_0 1.01))", VerificationResult.Holds)]
    [InlineData("(assert (>= Y_0 0.99))", VerificationResult.Violated)]
    [InlineData("(assert (and (<= Y_0 0.24) (>= X_0 0.5)))", VerificationResult.Holds)]
    public void Squares_have_the_verdict_that_is_known(string assertion, VerificationResult expected)
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Float32, 1, 2).Node("Mul", "x,x", "y").Output("y", ElementType.Float32, 1, 2);
        using CompiledModel model = CompiledModel.Compile(writer, Plain);
        Assert.Equal(expected, Run(model, Box(2, 2, "-1", "1") + assertion).Result);
    }

    [Fact]
    public void Hashed_networks_are_verified_as_they_ship()
    {
        using CompiledModel model = CompiledModel.Compile(ModelSource.FromBytes("digits.onnx", DigitsAssets.Mlp()), new CompilerOptions());
        float[] image = DigitsAssets.Images()[0];
        float[] logits = Predict(model, image);
        int top = Array.IndexOf(logits, logits.Max());
        string names = string.Concat(Enumerable.Range(0, 64).Select(static i => $"(declare-const X_{i} Real)")) + string.Concat(Enumerable.Range(0, 10).Select(static i => $"(declare-const Y_{i} Real)"));
        string box = string.Concat(image.Select(static (v, i) => FormattableString.Invariant($"(assert (>= X_{i} {v - 0.002:R}))(assert (<= X_{i} {v + 0.002:R}))")));
        string other = "(assert (or " + string.Concat(Enumerable.Range(0, 10).Where(i => i != top).Select(i => $"(>= Y_{i} Y_{top})")) + "))";
        Assert.Equal(VerificationResult.Holds, Run(model, names + box + other).Result);
    }

    [SharedFact("vnn/acasxu")]
    public void Instances_of_the_competition_have_the_answers_that_are_known()
    {
        string folder = Path.Combine(SharedData.Root, "vnn", "acasxu");
        foreach ((string network, int number, VerificationResult expected) in new[] { ("1_1", 3, VerificationResult.Holds), ("2_1", 2, VerificationResult.Violated), ("1_9", 7, VerificationResult.Violated), ("1_1", 5, VerificationResult.Holds) })
        {
            using CompiledModel model = CompiledModel.Compile(SharedData.Load(Path.Combine(folder, "onnx", $"ACASXU_run2a_{network}_batch_2000.onnx")), Plain);
            string property = File.ReadAllText(Path.Combine(folder, "vnnlib", $"prop_{number}.vnnlib"));
            Verdict verdict = Verifier.Run(model.Plan, VnnLibReader.Read(property, 5, 5), x => Predict(model, x), new VerificationLimits { Nodes = 20_000 });
            if (number != 7) Assert.Equal(expected, verdict.Result);
            else Assert.NotEqual(VerificationResult.Holds, verdict.Result);
            if (verdict.Result == VerificationResult.Violated) AssertIsCounterexample(model, verdict, property);
        }
    }

    private static double Value(CompiledModel model, Random random)
    {
        float[] y = Predict(model, [.. Enumerable.Range(0, 3).Select(_ => (float)((random.NextDouble() * 2) - 1))]);
        return (double)y[0] - y[1];
    }

    private static Verdict Run(CompiledModel model, string property, VerificationLimits? limits = null)
        => Verifier.Run(model.Plan, VnnLibReader.Read(property, Length(model.Inputs[0]), Length(model.Outputs[0])), x => Predict(model, x), limits ?? new VerificationLimits { Nodes = 200_000 });

    private static void AssertIsCounterexample(CompiledModel model, Verdict verdict, string text)
    {
        VerifiedProperty property = VnnLibReader.Read(text, Length(model.Inputs[0]), Length(model.Outputs[0]));
        float[] x = [.. verdict.Input];
        float[] y = Predict(model, x);
        Assert.Equal(y, verdict.Output);
        Assert.Contains(property.Cases, c => x.Select((v, i) => v >= (float)c.Box.Lower[i] && v <= (float)c.Box.Upper[i]).All(static b => b) && c.Conjunctions.Any(k => k.Rows.All(r => r.Holds(x, y))));
    }

    private static int Length(TensorType type) => (int)type.Shape!.ElementCount;

    internal static float[] Predict(CompiledModel model, float[] input)
        => [.. model.Run(new ReferenceTensor(ElementType.Float32, model.Inputs[0].Shape!.ToArray(), [.. input.Select(static v => (double)v)]))[0].Reals!.Select(static v => (float)v)];

    private static string Box(int inputs, int outputs, string low, string high)
        => string.Concat(Enumerable.Range(0, inputs).Select(static i => $"(declare-const X_{i} Real)")) + string.Concat(Enumerable.Range(0, outputs).Select(static i => $"(declare-const Y_{i} Real)"))
            + string.Concat(Enumerable.Range(0, inputs).Select(i => $"(assert (>= X_{i} {low}))(assert (<= X_{i} {high}))"));
}
