using System;
using System.Linq;
using FsCheck;
using FsCheck.Fluent;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Red;
using RedGen.Compiler.Red.Certify;
using RedGen.Compiler.Tests.Passes;
using Xunit;

namespace RedGen.Compiler.Tests.Red.Certify;

/// <summary>What the certificate says is true of every input: each value, each difference, element by element.</summary>
public sealed class SoundnessTests
{
    public static TheoryData<string> Operators => [.. PropagationTable.Names];

    [Fact]
    public void Every_rule_has_a_case() => Assert.Equal(PropagationTable.Names.AsEnumerable(), OperatorCases.Operators);

    [Theory]
    [MemberData(nameof(Operators))]
    public void No_operator_leaves_its_bounds(string op)
    {
        for (int seed = 0; seed < 12; seed++)
        {
            var random = new Random(seed);
            foreach (Graph original in OperatorCases.Of(op, seed))
            {
                InputBox box = new(new[] { "0..1", "-1..1", "-3..2.5", "0.5..0.50001" }[random.Next(4)]);
                TwoNetworks.AssertSound(original, TwoNetworks.Perturb(original, random), box, random, samples: 12);
            }
        }
    }

    [Fact]
    public void No_random_graph_leaves_its_bounds()
    {
        int bounded = 0;
        Prop.ForAll(ArbMap.Default.ArbFor<int>().Generator.Two().ToArbitrary(), pair =>
        {
            (int seed, int choice) = pair;
            Graph original = RandomGraph.Make(seed, 1 + Math.Abs(choice % 9));
            var random = new Random(choice);
            ErrorCertificate certificate = TwoNetworks.AssertSound(original, TwoNetworks.Perturb(original, random), new InputBox(random.Next(2) == 0 ? "-1..1" : "0..2"), random, samples: 4, mustBeFinite: false);
            if (certificate.Problem.Length == 0) bounded++;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(71, 17));
        Assert.True(bounded > 200, $"only {bounded} of 300 graphs have a bound");
    }

    [Fact]
    public void A_network_compared_with_itself_differs_by_rounding_alone()
    {
        foreach (string op in new[] { "Conv", "Gemm", "Softmax", "LayerNormalization" })
        {
            Graph graph = OperatorCases.Of(op, 1).First();
            ErrorCertificate certificate = ErrorBound.Compute(graph, graph, new InputBox("-1..1"), default);
            Assert.InRange(certificate.MaxError, 1e-12, 1e-2);
            Assert.All(certificate.Layers, l => Assert.Equal(0, l.Added));
        }
    }
}
