using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Verify;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Search;
using RedGen.Compiler.Verify.Statements;
using RedGen.Compiler.Verify.VnnLib;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Verify;

/// <summary>Verdicts about two runs and two networks against brute force: every point of a fine grid, run by generated code.</summary>
public sealed class StatementVerifierTests
{
    private const int Grid = 41;
    private static readonly CompilerOptions Plain = new() { Hashing = Hashing.None };
    private static readonly VerificationLimits Limits = new() { Nodes = 20_000 };

    [Fact]
    public void Two_networks_have_the_verdicts_of_brute_force()
    {
        const string Text = """
            (declare-network f (declare-input X float32 [1,2]) (declare-output Y float32 [1,2]))
            (declare-network g (declare-input U float32 [1,2]) (declare-output V float32 [1,2]))
            (assert (and (<= -1 X[0,0]) (<= X[0,0] 1) (<= -1 X[0,1]) (<= X[0,1] 1) (== X[0,0] U[0,0]) (== X[0,1] U[0,1])))
            (assert (>= (- Y[0,0] V[0,0]) LIMIT))
            """;
        using var batch = new ModelBatch();
        CompiledModel[] models = [.. Enumerable.Range(0, 12).Select(seed => batch.Add("network" + seed, RandomNetworks.Dense(new Random(seed), 2, 2).ToSource(), Plain))];
        batch.Build();
        int decided = 0;
        for (int k = 0; k + 1 < models.Length; k += 2)
        {
            (CompiledModel f, CompiledModel g) = (models[k], models[k + 1]);
            double most = Points().Max(x => (double)VerifierTests.Predict(f, x)[0] - VerifierTests.Predict(g, x)[0]);
            foreach ((double limit, VerificationResult expected) in new[] { (most + 0.05, VerificationResult.Holds), (most - 0.01, VerificationResult.Violated) })
            {
                VerifiedProperty property = VnnLibReader.Read(Text.Replace("LIMIT", FormattableString.Invariant($"{limit:R}"), StringComparison.Ordinal), [Signature(f), Signature(g)]);
                Func<float[], float[]> both = property.Runner((m, x) => VerifierTests.Predict(m == 0 ? f : g, x));
                Verdict verdict = Verifier.Run([f.Plan, g.Plan], property, both, Limits, null, null, default);
                if (verdict.Result == VerificationResult.Unknown) continue;
                Assert.Equal(expected, verdict.Result);
                decided++;
                if (expected != VerificationResult.Violated) continue;
                Assert.True((double)VerifierTests.Predict(f, [.. verdict.Input])[0] - VerifierTests.Predict(g, [.. verdict.Input])[0] >= limit);
            }
        }

        Assert.True(decided >= 11, $"only {decided} of 12 were decided");
    }

    [Fact]
    public void Equivalence_has_the_verdicts_of_brute_force()
    {
        using var batch = new ModelBatch();
        // The same structure with other weights, and other structures.
        CompiledModel[] models = [.. Enumerable.Range(0, 8).Select(seed => batch.Add("network" + seed, RandomNetworks.Dense(new Random(seed / 2), 2, 2).ToSource(), seed % 2 == 0 ? Plain : new CompilerOptions { Tolerance = 0.3 }))];
        batch.Build();
        foreach ((int a, int b) in new[] { (0, 1), (2, 3), (4, 5), (6, 7), (0, 2), (4, 7) })
        {
            (CompiledModel f, CompiledModel g) = (models[a], models[b]);
            double most = Points().Max(x => VerifierTests.Predict(f, x).Zip(VerifierTests.Predict(g, x), static (p, q) => Math.Abs((double)p - q)).Max());
            AssertVerdict(most * 1.1 + 0.02, VerificationResult.Holds);
            AssertVerdict(most * 0.95, VerificationResult.Violated);

            void AssertVerdict(double within, VerificationResult expected)
            {
                var statement = (EquivalenceStatement)StatementReader.ReadAll(FormattableString.Invariant($"equivalent o.onnx within {within:R}")).Single();
                StatementOutcome outcome = StatementVerifier.Run(statement, [f.Plan, g.Plan], "-1..1", (m, x) => VerifierTests.Predict(m == 0 ? f : g, x), Limits, null, default);
                Assert.Equal(expected, outcome.Verdict.Result);
                if (expected == VerificationResult.Violated) Assert.Contains(outcome.Verdict.Output.Take(2).Zip(outcome.Verdict.Output.Skip(2)), p => Math.Abs((double)p.First - p.Second) > within);
                else Assert.True(outcome.Bound is null || (outcome.Bound <= within && outcome.Bound >= most));
            }
        }
    }

    [Fact]
    public void Monotonicity_has_the_verdicts_of_brute_force()
    {
        using var batch = new ModelBatch();
        CompiledModel[] models = [.. Enumerable.Range(0, 14).Select(seed => batch.Add("network" + seed, RandomNetworks.Dense(new Random(seed), 2, 1).ToSource(), Plain))];
        batch.Build();
        (int holds, int violated) = (0, 0);
        foreach (CompiledModel model in models)
        {
            foreach ((int input, int sign) in new[] { (0, 1), (0, -1), (1, 1), (1, -1) })
            {
                double fall = Points().Where(x => x[input] < 0.99f).Max(x => sign * ((double)VerifierTests.Predict(model, x)[0] - VerifierTests.Predict(model, Moved(x, input))[0]));
                var statement = (MonotoneStatement)StatementReader.ReadAll($"monotone X[{input}]:{(sign > 0 ? "+" : "-")}:Y[0]").Single();
                StatementOutcome outcome = StatementVerifier.Run(statement, model.Plan, "-1..1", x => VerifierTests.Predict(model, x), new VerificationLimits { Nodes = 3000 }, null, default);
                Assert.InRange(outcome.Bound!.Value, 1e-9, 1e-3);
                if (outcome.Verdict.Result == VerificationResult.Holds) Assert.True(fall <= outcome.Bound, $"falls by {fall}");
                if (fall > 1e-3) Assert.Equal(VerificationResult.Violated, outcome.Verdict.Result);
                if (outcome.Verdict.Result == VerificationResult.Violated) AssertFalls(outcome, sign, input);
                holds += outcome.Verdict.Result == VerificationResult.Holds ? 1 : 0;
                violated += outcome.Verdict.Result == VerificationResult.Violated ? 1 : 0;
            }
        }

        Assert.True(holds >= 4 && holds + violated >= 50, $"{holds} hold, {violated} are violated");
    }

    [Fact]
    public void A_slack_below_the_rounding_is_not_proven()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Float32, 1, 2).Initializer("w", [1f, 3f], 2, 1).Node("MatMul", "x,w", "y").Output("y", ElementType.Float32, 1, 1);
        using CompiledModel model = CompiledModel.Compile(writer, Plain);
        Assert.Equal(VerificationResult.Holds, Run("monotone X[0]:+:Y[0]").Verdict.Result);
        Assert.NotEqual(VerificationResult.Holds, Run("monotone X[0]:+:Y[0] slack 1e-9").Verdict.Result);
        Assert.Equal(VerificationResult.Violated, Run("monotone X[0]:-:Y[0] slack 1.5").Verdict.Result);
        Assert.Equal(VerificationResult.Holds, Run("monotone X[0]:-:Y[0] slack 2.01").Verdict.Result);

        StatementOutcome Run(string text) => StatementVerifier.Run((MonotoneStatement)StatementReader.ReadAll(text).Single(), model.Plan, "-1..1", x => VerifierTests.Predict(model, x), new VerificationLimits { Nodes = 2000 }, null, default);
    }

    [Fact]
    public void Several_inputs_and_outputs_are_verified_in_their_order()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("a", ElementType.Float32, 1, 2).Input("b", ElementType.Float32, 2)
            .Node("Relu", "a", "p").Node("Sub", "p,b", "d").Node("Concat", "d,a", "c", static n => n.Int("axis", 1)).Output("d", ElementType.Float32, 1, 2).Output("c", ElementType.Float32, 1, 4);
        using CompiledModel model = CompiledModel.Compile(writer, Plain);
        NetworkSignature signature = NetworkSignature.Of(model.Plan, out string problem)!;
        Assert.Equal(("", 4, 6), (problem, signature.InputLength, signature.OutputLength));

        AssertResult("range d[0,0]:-5.01..-2.99,c[0,3]:-2.01..1.51 over a:-2..1,a[0,1]:-2..1.5,b[0]:4..5,b[1]:0..1", VerificationResult.Holds);
        AssertResult("range d[0,0]:-5..-3.2 over a:-2..1,b[0]:4..5,b[1]:0..1", VerificationResult.Violated);
        AssertResult("range Y[4]:-2..0.9 over a:-2..1,b:0..1", VerificationResult.Violated);

        void AssertResult(string text, VerificationResult expected)
        {
            VerifiedProperty property = ((RangeStatement)StatementReader.ReadAll(text).Single()).Property(signature, "");
            Verdict verdict = Verifier.Run(model.Plan, property, x => Outputs(model, x), Limits);
            Assert.Equal(expected, verdict.Result);
            if (expected == VerificationResult.Violated) Assert.Equal(6, verdict.Output.Length);
        }
    }

    private static float[] Outputs(CompiledModel model, float[] x)
    {
        ReferenceTensor[] outputs = model.Run(
            new ReferenceTensor(ElementType.Float32, [1, 2], [.. x.Take(2).Select(static v => (double)v)]), new ReferenceTensor(ElementType.Float32, [2], [.. x.Skip(2).Select(static v => (double)v)]));
        return [.. outputs.SelectMany(static o => o.Reals!).Select(static v => (float)v)];
    }

    private static void AssertFalls(StatementOutcome outcome, int sign, int input)
    {
        (float before, float after) = (outcome.Verdict.Output[0], outcome.Verdict.Output[1]);
        Assert.True(sign * ((double)before - after) > outcome.Bound);
        Assert.True(outcome.Verdict.Input[2] >= outcome.Verdict.Input[input]);
    }

    private static NetworkSignature Signature(CompiledModel model) => NetworkSignature.Of(model.Plan, out _)!;

    private static System.Collections.Generic.IEnumerable<float[]> Points()
        => Enumerable.Range(0, Grid * Grid).Select(static k => new[] { At(k % Grid), At(k / Grid) });

    private static float[] Moved(float[] x, int input)
    {
        float[] moved = (float[])x.Clone();
        moved[input] = Math.Min(1, moved[input] + (2f / (Grid - 1)));
        return moved;
    }

    private static float At(int step) => -1 + (2f * step / (Grid - 1));
}
