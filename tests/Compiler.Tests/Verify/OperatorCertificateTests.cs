using System;
using System.Linq;
using RedGen.Compiler.Options;
using RedGen.Compiler.Verify;
using RedGen.Compiler.Verify.Check;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Search;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Verify;

/// <summary>Certificates of networks with curved functions, steps, products and the largest of several.</summary>
public sealed class OperatorCertificateTests
{
    private const string Hash = "0123";

    private static readonly string[] Names =
    [
        "Softmax", "Gelu", "Mul", "Exp", "Where", "Round", "TopK", "ReduceProd", "Attention", "LayerNormalization", "Einsum ij,kj->ik", "Pow of a value", "If", "Swish of 1.7", "ReduceLogSumExp", "Quantised layer", "LSTM forward", "Det",
    ];

    [Fact]
    public void Proofs_are_checked_again_and_changed_ones_rejected()
    {
        using var batch = new ModelBatch();
        (CompiledModel Model, string Name)[] models = [.. OperatorCases.All.Where(static c => Names.Contains(c.Name)).Select(c => (batch.Add("c" + Array.IndexOf(Names, c.Name), OperatorSoundnessTests.Network(c.Build, c.Outputs, 1).ToSource(), new CompilerOptions { Hashing = Hashing.None }), c.Name))];
        batch.Build();
        Assert.Equal(Names.Length, models.Select(static m => m.Name).Distinct().Count());
        (int certified, int split) = (0, 0);
        foreach ((CompiledModel model, string name) in models)
        {
            var random = new Random(5);
            float[][] points = [.. Enumerable.Range(0, 400).Select(_ => Enumerable.Range(0, 3).Select(_ => (float)((random.NextDouble() * 0.6) - 0.3)).ToArray())];
            double[] values = [.. points.Select(x => (double)VerifierTests.Predict(model, x)[0])];
            double most = values.Max(), room = 0.3 * Math.Max(0.2, most - values.Min());
            var trace = new SplitTrace();
            VerifiedProperty property = Property(most + room);
            Verdict verdict = Verifier.Run(model.Plan, property, x => VerifierTests.Predict(model, x), new VerificationLimits { Nodes = 3000 }, null, trace, default);
            if (verdict.Result != VerificationResult.Holds) continue;
            Certificate? certificate = CertificateBuilder.Run([model.Plan], property, Hash, trace.Trees(1), 2, out string problem, default);
            Assert.True(certificate is not null, name + ": " + problem);
            certificate = Certificate.Read(certificate.Write(), out _)!;
            Assert.Equal("", Check(model, property, certificate));
            certified++;

            // What generated code gives somewhere is never excluded, by these splits or none.
            Assert.NotEqual("", Check(model, Property(most - 1e-6), certificate));
            Assert.NotEqual("", Check(model, Property(most - 1e-6), certificate with { Trees = [ProofTree.Whole] }));
            ProofTree tree = certificate.Trees[0];
            if (tree.Values.IsEmpty) continue;
            split++;
            Assert.Contains("not inside its box", Check(model, property, certificate with { Trees = [tree with { Values = tree.Values.SetItem(0, 7) }] }), StringComparison.Ordinal);
            Assert.Contains("ends before its last leaf", Check(model, property, certificate with { Trees = [tree with { Inputs = tree.Inputs.RemoveAt(tree.Inputs.Length - 1) }] }), StringComparison.Ordinal);
            Assert.Contains("is not proven", Check(model, property, certificate with { Trees = [ProofTree.Whole] }), StringComparison.Ordinal);
        }

        Assert.True(certified >= Names.Length * 2 / 3 && split >= 3, $"{certified} certificates, {split} with splits");
    }

    private static string Check(CompiledModel model, VerifiedProperty property, Certificate certificate) => CertificateCheck.Run([model.Plan], property, Hash, certificate, 1, default).Problem;

    /// <summary>No input of the box makes y₀ as large as a limit.</summary>
    private static VerifiedProperty Property(double limit)
        => new(3, 2, [new PropertyCase(new VerifiedBox([-0.3, -0.3, -0.3], [0.3, 0.3, 0.3]), [new Conjunction([new LinearRow([], [-1, 0], limit, false)])])]);
}
