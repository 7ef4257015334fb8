using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Options;
using RedGen.Compiler.Verify;
using RedGen.Compiler.Verify.Build;
using RedGen.Compiler.Verify.Check;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Search;
using RedGen.Compiler.Verify.VnnLib;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Verify;

/// <summary>A certificate is checked by code of its own: what was proven is accepted again, and nothing else is.</summary>
public sealed class CertificateTests
{
    private const string Hash = "0123";
    private static readonly CompilerOptions Plain = new() { Hashing = Hashing.None };

    [Fact]
    public void What_a_search_proves_is_proven_again_and_what_is_changed_is_not()
    {
        using var batch = new ModelBatch();
        CompiledModel[] models = [.. Enumerable.Range(0, 9).Select(seed => batch.Add("network" + seed, RandomNetworks.Dense(new Random(seed), 3, 2).ToSource(), Plain))];
        batch.Build();
        int split = 0;
        foreach ((CompiledModel model, int seed) in models.Select(static (m, i) => (m, i)))
        {
            var random = new Random(seed);
            double most = Enumerable.Range(0, 500).Max(_ => Difference(model, random));
            VerifiedProperty property = Property(most + 0.05);
            if (Prove(model, property) is not { } certificate) continue;

            Certificate read = Certificate.Read(certificate.Write(), out string problem)!;
            Assert.Equal("", problem);
            Assert.Equal(certificate.Trees[0].Inputs.AsEnumerable(), read.Trees[0].Inputs);
            Assert.Equal(certificate.Trees[0].Values.AsEnumerable(), read.Trees[0].Values);
            CheckOutcome outcome = Check(model, property, read);
            Assert.Equal(new CheckOutcome(certificate.Trees[0].Inputs.Count(static i => i == ProofTree.Leaf), ""), outcome);
            Assert.Equal(outcome, CertificateCheck.Run([model.Plan], property, Hash, read, 3, default));

            // The same splits prove nothing about a property that does not hold.
            Assert.Contains("is not proven", Check(model, Property(most - 0.01), certificate).Problem, StringComparison.Ordinal);
            if (certificate.Trees[0].Values.IsEmpty) continue;
            split++;
            AssertRejected(model, property, certificate);
        }

        Assert.True(split >= 4, $"only {split} proofs were split");
    }

    [Fact]
    public void No_tree_proves_what_is_violated()
    {
        using CompiledModel model = CompiledModel.Compile(RandomNetworks.Dense(new Random(3), 3, 2), Plain);
        var random = new Random(7);
        double most = Enumerable.Range(0, 2000).Max(_ => Difference(model, random));
        VerifiedProperty violated = Property(most - 0.001);
        for (int k = 0; k < 60; k++)
        {
            ProofTree tree = RandomTree(random);
            CheckOutcome outcome = Check(model, violated, new Certificate(NetworkDigest.Of(model.Plan), Hash, [tree]));
            Assert.NotEqual("", outcome.Problem);
        }
    }

    [Fact]
    public void The_leaves_of_a_tree_cover_its_box()
    {
        var random = new Random(5);
        double[] lower = [-1, -1, -1], upper = [1, 1, 1];
        for (int k = 0; k < 50; k++)
        {
            LeafBox[] leaves = [.. TreeWalk.Leaves(RandomTree(random), LeafBox.Of(lower, upper), 3)];
            Assert.Equal(8, leaves.Sum(static l => Enumerable.Range(0, 3).Aggregate(1.0, (v, i) => v * (l.Upper[i] - l.Lower[i]))), 9);
            for (int s = 0; s < 100; s++)
            {
                double[] point = [.. lower.Select(_ => (random.NextDouble() * 2) - 1)];
                Assert.Contains(leaves, l => Enumerable.Range(0, 3).All(i => point[i] >= l.Lower[i] && point[i] <= l.Upper[i]));
            }
        }
    }

    [Fact]
    public void Values_of_the_network_stay_within_the_checkers_bounds()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(2000 + seed);
            OnnxModelWriter writer = seed % 3 == 2 ? RandomNetworks.Convolutional(random, 3) : RandomNetworks.Dense(random, 4, 3);
            BoundNetwork network = NetworkBuilder.Build(ModelCompiler.Compile(writer.ToSource(), Plain).Plan!);
            double[] lower = [.. Enumerable.Range(0, network.Inputs).Select(_ => (random.NextDouble() * 2) - 1.5)];
            double[] upper = [.. lower.Select(l => l + (random.NextDouble() * Math.Pow(10, random.Next(-4, 1))))];
            var bounds = new LeafBounds(network);
            // Rows c·y + d ≤ 0 of random c; the d that is just proven is less than every sample's −c·y.
            double[] factors = [.. Enumerable.Range(0, network.Outputs).Select(_ => (double)random.Next(-2, 3))];
            var forward = new ForwardPass(network);
            bounds.Proves(lower, upper, [new Conjunction([new LinearRow([], [.. factors], 0, false)])], out _);
            for (int s = 0; s < 300; s++)
            {
                double[] point = [.. lower.Select((l, i) => l + ((upper[i] - l) * (random.Next(3) == 0 ? random.Next(2) : random.NextDouble())))];
                double[] y = forward.Run(point).ToArray();
                for (int n = 0; n < network.Nodes.Length; n++)
                    for (int i = 0; i < network.Nodes[n].Length; i++)
                        Assert.InRange(forward.Value(n)[i], bounds.Lower(n)[i] - 1e-13, bounds.Upper(n)[i] + 1e-13);
                double value = y.Zip(factors, static (v, f) => v * f).Sum();
                Assert.False(bounds.Proves(lower, upper, [new Conjunction([new LinearRow([], [.. factors], -value - 1e-9, false)])], out _), "a point of the box fulfils what is said to be impossible");
            }
        }
    }

    [Theory]
    [InlineData("", "it is not the JSON of a certificate")]
    [InlineData("[1]", "it is not the JSON of a certificate")]
    [InlineData("{ \"format\": 1, \"trees\": [ { \"inputs\": [ 1e99 ] } ] }", "it is not the JSON of a certificate")]
    [InlineData("{ \"format\": 7 }", "its format is not this version's")]
    public void Another_file_is_no_certificate(string text, string message)
    {
        Assert.Null(Certificate.Read(text, out string problem));
        Assert.StartsWith(message, problem, StringComparison.Ordinal);
    }

    private static void AssertRejected(CompiledModel model, VerifiedProperty property, Certificate certificate)
    {
        ProofTree tree = certificate.Trees[0];
        Certificate With(ProofTree changed) => certificate with { Trees = [changed] };
        foreach ((Certificate changed, string message) in new (Certificate, string)[]
        {
            (certificate with { Network = "abc" }, "another network"),
            (certificate with { Property = "abc" }, "another property"),
            (certificate with { Trees = [] }, "one tree for each box"),
            (With(tree with { Inputs = tree.Inputs.RemoveAt(tree.Inputs.Length - 1) }), "ends before its last leaf"),
            (With(tree with { Inputs = tree.Inputs.Add(ProofTree.Leaf) }), "goes on behind its last leaf"),
            (With(tree with { Values = tree.Values.Add(0) }), "values that no split uses"),
            (With(tree with { Values = tree.Values.SetItem(0, 5) }), "not inside its box"),
            (With(tree with { Values = tree.Values.SetItem(0, double.NaN) }), "not inside its box"),
            (With(tree with { Inputs = tree.Inputs.SetItem(0, 100_000) }), "not inside its box"),
            (With(tree with { Inputs = tree.Inputs.SetItem(0, -2) }), "not inside its box"),
            (With(ProofTree.Whole), "leaf 0 of the certificate is not proven"),
        })
        {
            Assert.Contains(message, Check(model, property, changed).Problem, StringComparison.Ordinal);
        }
    }

    private static CheckOutcome Check(CompiledModel model, VerifiedProperty property, Certificate certificate) => CertificateCheck.Run([model.Plan], property, Hash, certificate, 1, default);

    private static Certificate? Prove(CompiledModel model, VerifiedProperty property)
    {
        var trace = new SplitTrace();
        Verdict verdict = Verifier.Run(model.Plan, property, x => VerifierTests.Predict(model, x), new VerificationLimits { Nodes = 5000 }, null, trace, default);
        if (verdict.Result != VerificationResult.Holds) return null;
        Certificate? certificate = CertificateBuilder.Run([model.Plan], property, Hash, trace.Trees(property.Cases.Length), 2, out string problem, default);
        Assert.Equal("", problem);
        return certificate;
    }

    private static VerifiedProperty Property(double limit) => VnnLibReader.Read(
        string.Concat(Enumerable.Range(0, 3).Select(static i => FormattableString.Invariant($"(declare-const X_{i} Real)"))) + "(declare-const Y_0 Real)(declare-const Y_1 Real)"
        + string.Concat(Enumerable.Range(0, 3).Select(static i => FormattableString.Invariant($"(assert (<= X_{i} 1))(assert (>= X_{i} -1))"))) + FormattableString.Invariant($"(assert (>= (- Y_0 Y_1) {limit:R}))"),
        3,
        2);

    private static double Difference(CompiledModel model, Random random)
    {
        float[] y = VerifierTests.Predict(model, [.. Enumerable.Range(0, 3).Select(_ => (float)((random.NextDouble() * 2) - 1))]);
        return (double)y[0] - y[1];
    }

    private static ProofTree RandomTree(Random random)
    {
        var inputs = new List<int>();
        var values = new List<double>();
        void Node(double[] lower, double[] upper, int depth)
        {
            if (depth == 0 || random.Next(5) == 0)
            {
                inputs.Add(ProofTree.Leaf);
                return;
            }

            int input = random.Next(3);
            double value = lower[input] + ((upper[input] - lower[input]) * random.NextDouble());
            inputs.Add(input);
            values.Add(value);
            Node(lower, [.. upper.Select((u, i) => i == input ? value : u)], depth - 1);
            Node([.. lower.Select((l, i) => i == input ? value : l)], upper, depth - 1);
        }

        Node([-1, -1, -1], [1, 1, 1], 5);
        return new ProofTree([.. inputs], [.. values]);
    }
}
