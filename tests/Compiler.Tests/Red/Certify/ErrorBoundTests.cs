using System;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Red;
using RedGen.Compiler.Red.Certify;
using RedGen.Compiler.Tests.Passes;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Red.Certify;

/// <summary>The certificate is tight where it can be, and infinite with a reason where there is none.</summary>
public sealed class ErrorBoundTests
{
    private static readonly InputBox Box = new("-1..1");

    [Fact]
    public void One_layer_reaches_its_bound_at_the_worst_corner()
    {
        var random = new Random(5);
        Graph original = OneLayer(random, outputs: 6, inputs: 40, "Identity");
        Graph reduced = TwoNetworks.Perturb(original, random);
        ErrorCertificate certificate = ErrorBound.Compute(original, reduced, Box, default);
        double worst = WorstCorner(original, reduced);
        Assert.InRange(certificate.MaxError, worst, worst * 1.001);
        Assert.InRange(Assert.Single(certificate.Layers).Added, worst * 0.9999, worst * 1.0001);
        Assert.InRange(certificate.Layers[0].Reached, worst, worst * 1.001);
    }

    [Fact]
    public void Elementwise_slopes_keep_a_layer_tight()
    {
        var random = new Random(6);
        Graph original = OneLayer(random, outputs: 3, inputs: 40, "Sigmoid");
        Graph reduced = TwoNetworks.Perturb(original, random);
        // A quarter is the largest slope of the sigmoid.
        Assert.InRange(ErrorBound.Compute(original, reduced, Box, default).MaxError, 0, 0.2501 * WorstCorner(original, reduced));
    }

    [Fact]
    public void The_same_networks_give_the_same_certificate()
    {
        var random = new Random(7);
        Graph original = OneLayer(random, outputs: 50, inputs: 333, "Tanh");
        Graph reduced = TwoNetworks.Perturb(original, random);
        ErrorCertificate[] all = [.. Enumerable.Range(0, 5).Select(_ => ErrorBound.Compute(original, reduced, Box, default))];
        Assert.All(all, c => Assert.Equal(all[0].MaxError, c.MaxError));
        Assert.All(all, c => Assert.Equal(all[0].Layers.AsEnumerable(), c.Layers));
    }

    [Theory]
    [InlineData("Sin")]
    [InlineData("Shrink")]
    [InlineData("Hardmax")]
    [InlineData("ReduceProd")]
    public void An_operator_without_a_rule_has_no_bound(string op)
    {
        Graph graph = OneLayer(new Random(1), 4, 5, op);
        ErrorCertificate certificate = ErrorBound.Compute(graph, graph, Box, default);
        Assert.Equal(double.PositiveInfinity, certificate.MaxError);
        Assert.Equal("node '" + op + "1' (" + op + ") is of an operator that the error bound has no rule for", certificate.Problem);
        Assert.Single(certificate.Layers);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(float.MaxValue)]
    public void Hostile_weights_have_no_bound(float value)
    {
        foreach (bool hostileOriginal in new[] { false, true })
        {
            Graph good = OneLayer(new Random(1), 4, 5, "Relu");
            var builder = new GraphBuilder(good);
            string weights = ReducibleLayer.Read(good, good.Nodes[0])!.Weights;
            builder.SetInitializer(weights, Tensor.Of([.. Enumerable.Range(0, 20).Select(i => i is 3 or 4 or 5 ? value : 1)], 5, 4));
            ErrorCertificate certificate = hostileOriginal ? ErrorBound.Compute(builder.Build(), good, Box, default) : ErrorBound.Compute(good, builder.Build(), Box, default);
            Assert.Equal(double.PositiveInfinity, certificate.MaxError);
            Assert.Contains("'MatMul0'", certificate.Problem);
        }
    }

    [Theory]
    [InlineData("Exp", "-500..500")]
    [InlineData("Log", "-1..1")]
    [InlineData("Sqrt", "-1..1")]
    [InlineData("Reciprocal", "-1..1")]
    [InlineData("Relu", "-3e38..3e38")]
    public void Values_without_bound_are_no_numbers(string op, string box)
    {
        Graph graph = OneLayer(new Random(1), 4, 5, op);
        ErrorCertificate certificate = ErrorBound.Compute(graph, graph, new InputBox(box), default);
        Assert.Equal(double.PositiveInfinity, certificate.MaxError);
        Assert.EndsWith("has values without a bound over the box of inputs", certificate.Problem);
    }

    [Fact]
    public void Values_beyond_the_memory_of_the_analysis_have_no_bound()
    {
        ErrorCertificate Certify(Func<GraphAuthor, string, string?> write)
        {
            var author = new GraphAuthor();
            Graph graph = Rewriting.Infer(author.ToGraph([write(author, author.Input(1, 1 << 12, 1))!]));
            return ErrorBound.Compute(graph, graph, Box, default);
        }

        ErrorCertificate wide = Certify((a, x) => a.Add("MatMul", [x, a.Constant(Tensor.Of(new float[1 << 12], 1, 1 << 12))]));
        Assert.Contains("more elements than the analysis has memory for", wide.Problem);
        ErrorCertificate heavy = Certify((a, x) => a.Add("Gemm", [a.Add("Flatten", [x])!, a.Constant(Tensor.Of(new float[(1 << 12) * 2049], 1 << 12, 2049))]));
        Assert.Contains("more weights than the analysis has memory for", heavy.Problem);
        ErrorCertificate many = Certify((a, x) =>
        {
            string[] parts = [.. Enumerable.Range(0, 5).Select(i => a.Add("MatMul", [x, a.Constant(Tensor.Of(new float[1023], 1, 1023))])!)];
            return a.Add("Sum", parts);
        });
        Assert.Contains("more elements are alive", many.Problem);
    }

    [Fact]
    public void Other_structures_have_no_bound()
    {
        Graph a = OneLayer(new Random(1), 4, 5, "Relu");
        Assert.Contains("is not in the reduced network", ErrorBound.Compute(a, OneLayer(new Random(1), 4, 5, "Tanh"), Box, default).Problem);
        Assert.Contains("another shape", ErrorBound.Compute(a, OneLayer(new Random(1), 3, 5, "Relu"), Box, default).Problem);
    }

    [Fact]
    public void A_build_fails_where_the_bound_is_above_the_limit()
    {
        CompilationResult Compile(double? limit, Hashing hashing = Hashing.Adaptive, string last = "Relu") => ModelCompiler.Compile(
            Model(last), new CompilerOptions { Hashing = hashing, InputRange = "0..1", MaxError = limit });
        Diagnostic error = Assert.Single(Compile(1e-9).Diagnostics, d => d.Descriptor.Id == "RG0026");
        Assert.Equal(Severity.Error, error.Severity);
        Assert.Matches(@"^the reduction may change an output by 0\.\d+, more than RedGenMaxError=1E-09, for 0\.\.1; layer 'layer' adds most: 0\.\d+ of the 0\.\d+ at its own output; a smaller RedGenTolerance", error.Message);
        Assert.True(Compile(1e9).Success);
        Assert.True(Compile(1e-9, Hashing.None).Success);
        Assert.InRange(Compile(null).Plan!.Reduction.Certificate!.MaxError, 1e-6, 10);
        Assert.Null(Compile(null, Hashing.None).Plan!.Reduction.Certificate);
        Assert.Contains("change an output by ∞", Assert.Single(Compile(1, last: "Sin").Diagnostics, d => d.Descriptor.Id == "RG0026").Message);
        Assert.True(Compile(null, last: "Sin").Success);
    }

    [Fact]
    public void Relaxed_merging_has_no_bound()
    {
        Graph graph = OneLayer(new Random(1), 4, 5, "Relu");
        var layer = new LayerReduction("c0", "MatMul0", "MatMul", [1f], null, 1, OutputsMerged: 1);
        var model = new ReducedModel(graph, ModelReduction.None with { Method = Hashing.Adaptive, Layers = [layer], Hashed = ModelReduction.None.Hashed.Add("c0", new HashedMatrix(1, 1, [1f], [], [0])) }, graph, graph, graph);
        var diagnostics = new DiagnosticBag();
        ErrorCertificate Certify(Merging merging) => Certification.Run(model, new CompilerOptions { Hashing = Hashing.Adaptive, Merging = merging, MaxError = 1 }, diagnostics, default).Reduction.Certificate!;
        Assert.InRange(Certify(Merging.Strict).MaxError, 1e-9, 1e-3);
        Assert.Empty(diagnostics.ToImmutable());
        Assert.Equal(double.PositiveInfinity, Certify(Merging.Relaxed).MaxError);
        Assert.Equal("RG0026", Assert.Single(diagnostics.ToImmutable()).Descriptor.Id);
    }

    private static ModelSource Model(string last)
    {
        var random = new Random(3);
        float[] weights = [.. Enumerable.Range(0, 16 * 8).Select(_ => random.NextSingle() - 0.5f)];
        return new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 1, 16).Initializer("w", weights, 8, 16)
            .Node("Gemm", "x,w", "h", n => n.Name("layer").Int("transB", 1)).Node(last, "h", "y").Output("y").ToSource();
    }

    private static Graph OneLayer(Random random, int outputs, int inputs, string then)
    {
        var author = new GraphAuthor();
        float[] weights = [.. Enumerable.Range(0, outputs * inputs).Select(_ => random.NextSingle() - 0.5f)];
        string x = author.Add("MatMul", [author.Input(1, inputs), author.Constant(Tensor.Of(weights, inputs, outputs))])!;
        return Rewriting.Infer(author.ToGraph([author.Add(then, [x], version: then == "Shrink" ? 9 : 13)!]));
    }

    /// <summary>The largest Σ |w~ − w| of an output: each input at its end of [−1, 1].</summary>
    private static double WorstCorner(Graph original, Graph reduced)
    {
        ReducibleLayer layer = ReducibleLayer.Read(original, original.Nodes[0])!;
        float[] w = layer.ToRows(original.ConstantOf(layer.Weights)!);
        float[] v = layer.ToRows(reduced.ConstantOf(layer.Weights)!);
        return Enumerable.Range(0, layer.Outputs).Max(m => Enumerable.Range(0, layer.Columns).Sum(k => Math.Abs((double)v[(m * layer.Columns) + k] - w[(m * layer.Columns) + k])));
    }
}
