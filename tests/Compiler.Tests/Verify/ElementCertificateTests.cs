using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Options;
using RedGen.Compiler.Verify;
using RedGen.Compiler.Verify.Build;
using RedGen.Compiler.Verify.Check;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Search;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Verify;

/// <summary>Certificates of networks with many inputs split elements of values: what they prove, and that nothing else is accepted.</summary>
public sealed class ElementCertificateTests
{
    private const int Inputs = 24;
    private const string Hash = "0123";
    private static readonly CompilerOptions Plain = new() { Hashing = Hashing.None };

    [Fact]
    public void Proofs_of_networks_with_many_inputs_are_checked_and_changed_ones_rejected()
    {
        using var batch = new ModelBatch();
        CompiledModel[] models = [.. Enumerable.Range(0, 12).Select(seed => batch.Add("network" + seed, RandomNetworks.Dense(new Random(seed), Inputs, 2).ToSource(), Plain))];
        batch.Build();
        int split = 0;
        foreach ((CompiledModel model, int seed) in models.Select(static (m, i) => (m, i)))
        {
            var random = new Random(seed);
            double most = Most(model, random);
            VerifiedProperty property = Property(most + ((Bounded(model) - most) * 0.85));
            if (Verifier.Run(model.Plan, property, x => VerifierTests.Predict(model, x), new VerificationLimits { Nodes = 2000 }).Result != VerificationResult.Holds) continue;
            if (CertificateBuilder.Run([model.Plan], property, Hash, [ProofTree.Whole], 1, out _, default) is not { } certificate) continue;

            certificate = Certificate.Read(certificate.Write(), out _)!;
            Assert.Equal("", Check(model, property, certificate).Problem);
            ProofTree tree = certificate.Trees[0];
            if (tree.Inputs.All(static i => i == ProofTree.Leaf)) continue;
            Assert.Contains(tree.Inputs, static i => i >= Inputs);
            split++;
            for (int k = 0; k < 60; k++) AssertChanged(model, property, certificate, random);
        }

        Assert.True(split >= 3, $"only {split} proofs split elements");
    }

    [Fact]
    public void No_splits_of_elements_prove_what_is_violated()
    {
        using CompiledModel model = CompiledModel.Compile(RandomNetworks.Dense(new Random(3), Inputs, 2), Plain);
        var random = new Random(7);
        VerifiedProperty property = Property(Most(model, random) - 0.01);
        int places = new LeafBounds(NetworkBuilder.Build(model.Plan)).Places;
        for (int k = 0; k < 100; k++)
        {
            ImmutableArray<int>.Builder inputs = ImmutableArray.CreateBuilder<int>();
            ImmutableArray<double>.Builder values = ImmutableArray.CreateBuilder<double>();
            void Node(int depth)
            {
                bool isLeaf = depth == 0 || random.Next(4) == 0;
                inputs.Add(isLeaf ? ProofTree.Leaf : random.Next(Inputs, places));
                if (isLeaf) return;
                values.Add((random.NextDouble() * 4) - 2);
                Node(depth - 1);
                Node(depth - 1);
            }

            Node(5);
            Assert.NotEqual("", Check(model, property, new Certificate(NetworkDigest.Of(model.Plan), Hash, [new ProofTree(inputs.ToImmutable(), values.ToImmutable())])).Problem);
        }
    }

    [Fact]
    public void Parts_of_elements_hold_the_inputs_that_lead_there()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            BoundNetwork network = NetworkBuilder.Build(ModelCompiler.Compile(RandomNetworks.Dense(random, 4, 2).ToSource(), Plain).Plan!);
            (double[] lower, double[] upper) = ([-1, -1, -1, -1], [1, 1, 1, 1]);
            var bounds = new LeafBounds(network);
            var forward = new ForwardPass(network);
            for (int k = 0; k < 40; k++)
            {
                int place = random.Next(network.Inputs, bounds.Places), node = 1;
                while (bounds.PlaceOf(node, 0) + network.Nodes[node].Length <= place) node++;
                double value = random.NextDouble() - 0.5;
                foreach (bool isAbove in new[] { false, true })
                {
                    LeafBox box = isAbove ? LeafBox.Of(lower, upper).Above(place, value) : LeafBox.Of(lower, upper).Below(place, value);
                    var row = new LinearRow([], [1, -2], 0, false);
                    double? proven = Threshold(bounds, box, row);
                    for (int s = 0; s < 50; s++)
                    {
                        double[] point = [.. Enumerable.Range(0, 4).Select(_ => (random.NextDouble() * 2) - 1)];
                        double[] y = forward.Run(point).ToArray();
                        double element = forward.Value(node)[place - bounds.PlaceOf(node, 0)];
                        if (isAbove ? element < value : element > value) continue;
                        Assert.NotNull(proven);
                        Assert.True(row.Value(point, y) >= proven - 1e-12);
                    }
                }
            }
        }
    }

    /// <summary>The largest d, on a grid, for which c·y ≥ d is proven; null: no input leads to the leaf.</summary>
    private static double? Threshold(LeafBounds bounds, LeafBox box, LinearRow row)
    {
        if (bounds.Proves(box, [new Conjunction([row with { Constant = -1e9 }])], false, out _)) return null;
        (double low, double high) = (-1e4, 1e4);
        for (int k = 0; k < 40; k++)
        {
            double middle = (low + high) / 2;
            if (bounds.Proves(box, [new Conjunction([row with { Constant = -middle }])], false, out _)) low = middle;
            else high = middle;
        }

        return low;
    }

    /// <summary>A certificate with one number changed is rejected, or proves the property by other splits: never what is not so.</summary>
    private static void AssertChanged(CompiledModel model, VerifiedProperty property, Certificate certificate, Random random)
    {
        ProofTree tree = certificate.Trees[0];
        int at = random.Next(tree.Inputs.Length), value = random.Next(tree.Values.Length);
        (ProofTree changed, bool mayHold) = random.Next(5) switch
        {
            0 => (tree with { Inputs = tree.Inputs.RemoveAt(at) }, false),
            1 => (tree with { Inputs = tree.Inputs.Insert(at, ProofTree.Leaf) }, false),
            2 => (tree with { Values = tree.Values.RemoveAt(value) }, false),
            3 => (tree with { Values = tree.Values.SetItem(value, random.Next(2) == 0 ? double.PositiveInfinity : double.NaN) }, false),
            _ => (tree with { Values = tree.Values.SetItem(value, tree.Values[value] + random.NextDouble() - 0.5) }, true),
        };
        string problem = Check(model, property, certificate with { Trees = [changed] }).Problem;
        if (!mayHold) Assert.NotEqual("", problem);
        // Whatever it proves of this property, it proves nothing of one that is violated.
        Assert.NotEqual("", Check(model, Property(-1e6), certificate with { Trees = [changed] }).Problem);
    }

    private static CheckOutcome Check(CompiledModel model, VerifiedProperty property, Certificate certificate) => CertificateCheck.Run([model.Plan], property, Hash, certificate, 1, default);

    /// <summary>No input of the box makes y₀ − y₁ as large as a limit.</summary>
    private static VerifiedProperty Property(double limit)
        => new(Inputs, 2, [new PropertyCase(new VerifiedBox([.. Enumerable.Repeat(-0.4, Inputs)], [.. Enumerable.Repeat(0.4, Inputs)]), [new Conjunction([new LinearRow([], [-1, 1], limit, false)])])]);

    /// <summary>The least limit that is proven without a split.</summary>
    private static double Bounded(CompiledModel model)
    {
        var bounds = new LeafBounds(NetworkBuilder.Build(model.Plan));
        (double low, double high) = (-1e3, 1e3);
        for (int k = 0; k < 40; k++)
        {
            PropertyCase part = Property((low + high) / 2).Cases[0];
            if (bounds.Proves([.. part.Box.Lower], [.. part.Box.Upper], part.Conjunctions, out _)) high = (low + high) / 2;
            else low = (low + high) / 2;
        }

        return high;
    }

    private static double Most(CompiledModel model, Random random) => Enumerable.Range(0, 3000).Max(_ =>
    {
        float[] y = VerifierTests.Predict(model, [.. Enumerable.Range(0, Inputs).Select(_ => (float)(random.Next(3) == 0 ? 0.8 * (random.NextDouble() - 0.5) : 0.4 * ((2 * random.Next(2)) - 1)))]);
        return (double)y[0] - y[1];
    });
}
