using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Red;
using RedGen.Compiler.Red.Merge;
using RedGen.Compiler.Red.Planning;
using RedGen.Compiler.Tests.Passes;
using Xunit;

namespace RedGen.Compiler.Tests.Red;

/// <summary>Merging case by case: what goes, what must stay, and what the consumers become.</summary>
public sealed class MergeOutputsTests
{
    private readonly GraphAuthor _author = new();

    [Fact]
    public void The_columns_of_equal_outputs_are_summed()
    {
        string hidden = Dense(_author.Input(2, 2), [1, 2, 3, 4, 1, 2], [0.5f, 1, 0.5f]);
        MergedGraph merged = Merge(_author.Add("Gemm", [hidden, Constant([1, 10, 2, 20, 3, 30], 3, 2)])!);
        Assert.Equal([4f, 40f, 2f, 20f], merged.Graph.ConstantOf("c2")!.AsSpan<float>().ToArray());
        Assert.Equal("c0", Assert.Single(merged.OutputsMerged).Key);
    }

    [Fact]
    public void Outputs_that_differ_in_the_bias_stay()
        => AssertStays(_author.Add("Gemm", [Dense(_author.Input(2, 2), [1, 2, 3, 4, 1, 2], [0.5f, 1, 0.6f]), Constant([1, 10, 2, 20, 3, 30], 3, 2)])!);

    [Fact]
    public void Outputs_of_the_graph_stay() => AssertStays(Dense(_author.Input(2, 2), [1, 2, 1, 2], [0, 0]));

    [Fact]
    public void What_is_also_an_output_of_the_graph_stays()
    {
        string hidden = Dense(_author.Input(2, 2), [1, 2, 1, 2], [0, 0]);
        AssertStays(hidden, _author.Add("Gemm", [_author.Add("Relu", [hidden])!, Constant([1, 2], 2, 1)])!);
    }

    [Theory]
    [InlineData("LayerNormalization")]
    [InlineData("Softmax")]
    public void An_operator_that_couples_the_channels_keeps_them(string op)
    {
        string hidden = Dense(_author.Input(2, 2), [1, 2, 3, 4, 1, 2], [0.5f, 1, 0.5f]);
        string coupled = op == "Softmax" ? _author.Add(op, [hidden])! : _author.Add(op, [hidden, Constant([1, 1, 1], 3)], version: 17)!;
        AssertStays(_author.Add("Gemm", [coupled, Constant([1, 2, 3], 3, 1)])!);
    }

    [Fact]
    public void A_residual_sum_goes_where_all_its_producers_agree()
    {
        string x = _author.Input(1, 1, 4, 4);
        string a = Convolution(x, [1, 1, 2], 1);
        string b = Convolution(x, [3, 3, 4], 1);
        MergedGraph merged = Merge(Convolution(_author.Add("Add", [a, b])!, [1, 2, 3], 3));
        Assert.Equal(2, merged.OutputsMerged.Count);
        Assert.All(merged.OutputsMerged.Values, count => Assert.Equal(1, count));
    }

    [Fact]
    public void A_residual_sum_stays_where_one_producer_differs()
    {
        string x = _author.Input(1, 1, 4, 4);
        AssertStays(Convolution(_author.Add("Add", [Convolution(x, [1, 1, 2], 1), Convolution(x, [3, 5, 4], 1)])!, [1, 2, 3], 3));
    }

    [Fact]
    public void Equal_layers_of_two_branches_meet_in_a_concat()
    {
        string x = _author.Input(1, 1, 4, 4);
        string joined = _author.Add("Concat", [_author.Add("Relu", [Convolution(x, [1, 2], 1)])!, _author.Add("Relu", [Convolution(x, [3, 1], 1)])!], NodeAttributes.Empty.With("axis", 1))!;
        MergedGraph merged = Merge(Convolution(joined, [1, 2, 3, 4], 4));
        Assert.Equal(("c1", 1), (Assert.Single(merged.OutputsMerged).Key, merged.OutputsMerged["c1"]));
        Assert.Equal([5f, 2f, 3f], merged.Graph.ConstantOf("c2")!.AsSpan<float>().ToArray());
    }

    [Fact]
    public void A_depthwise_convolution_with_a_multiplier_loses_its_channels_with_its_input()
    {
        string x = Convolution(_author.Input(1, 1, 4, 4), [1, 2, 1], 1);
        string depthwise = _author.Add("Conv", [x, Constant([1, 2, 3, 4, 1, 2], 6, 1, 1, 1)], NodeAttributes.Empty.With("group", 3))!;
        MergedGraph merged = Merge(Convolution(depthwise, [1, 2, 3, 4, 5, 6], 6));
        Assert.Equal([1, 2], (int[])[merged.OutputsMerged["c0"], merged.OutputsMerged["c1"]]);
        Assert.Equal([6f, 8f, 3f, 4f], merged.Graph.ConstantOf("c2")!.AsSpan<float>().ToArray());
    }

    [Theory]
    [InlineData(new[] { 1f, 1f, 2f, 5f, 5f, 6f }, 2)]
    [InlineData(new[] { 1f, 1f, 2f, 5f, 4f, 6f }, 0)]
    public void Groups_of_a_convolution_lose_as_many_channels_each(float[] weights, int gone)
    {
        string grouped = _author.Add("Conv", [_author.Input(1, 2, 3, 3), Constant(weights, 6, 1, 1, 1)], NodeAttributes.Empty.With("group", 2))!;
        string next = _author.Add("Conv", [grouped, Constant([1, 2, 3, 4, 5, 6], 2, 3, 1, 1)], NodeAttributes.Empty.With("group", 2))!;
        if (gone == 0) AssertStays(next);
        else Assert.Equal(gone, Merge(next).OutputsMerged["c0"]);
    }

    [Fact]
    public void A_dead_output_goes_into_the_bias_of_a_product()
    {
        string hidden = Dense(_author.Input(1, 2), [1, 2, 0, 0, 3, 4], [0.5f, 2, 1]);
        MergedGraph merged = Merge(_author.Add("MatMul", [_author.Add("Mul", [hidden, Constant([1, 3, 1], 3)])!, Constant([1, 10, 2], 3, 1)])!);
        Assert.Equal(1, merged.OutputsMerged["c0"]);
        Assert.Equal("Gemm Mul MatMul Add", merged.Graph.Operators());
        Assert.Equal([60f], merged.Graph.ConstantOf(merged.Graph.Nodes[3].Inputs[1])!.AsSpan<float>().ToArray());
    }

    [Theory]
    [InlineData(2f, 0L, 1)]
    [InlineData(2f, 1L, 0)]
    [InlineData(-2f, 1L, 1)]
    public void A_constant_channel_is_folded_through_padding_only_where_it_is_zero(float bias, long pad, int gone)
    {
        string first = _author.Add("Conv", [_author.Input(1, 1, 5, 5), Constant([1, 0], 2, 1, 1, 1), Constant([1, bias], 2)])!;
        string last = _author.Add("Conv", [_author.Add("Relu", [first])!, Constant([.. Enumerable.Range(1, 18).Select(i => (float)i)], 1, 2, 3, 3)], NodeAttributes.Empty.With("pads", [pad, pad, pad, pad]))!;
        if (gone == 0) AssertStays(last);
        else Assert.Equal(gone, Merge(last).OutputsMerged["c0"]);
    }

    [Fact]
    public void Of_a_layer_that_is_dead_altogether_one_output_stays()
    {
        string hidden = Dense(_author.Input(1, 2), [0, 0, 0, 0, 0, 0], [1, 2, 3]);
        MergedGraph merged = Merge(_author.Add("Gemm", [hidden, Constant([1, 10, 2], 3, 1)])!);
        Assert.Equal(2, merged.OutputsMerged["c0"]);
    }

    [Fact]
    public void Sums_that_make_a_codebook_too_long_leave_the_group_as_it_is()
    {
        // 64 inputs' codes are in the codebook already; two columns of 63 different sums each do not fit beside them.
        const int Outputs = 64;
        string hidden = Dense(_author.Input(1, 2), [1, 2, 1, 2, 3, 4, 3, 4], [0, 0, 0, 0]);
        float[] codes = [.. Enumerable.Range(0, 100).Select(k => k * k * 1f)];
        byte[] indices = [.. Enumerable.Range(0, Outputs * 4).Select(i => (byte)(i % 4 < 2 ? i / 4 / 4 : (i / 4) + (31 * (i % 4 - 2))))];
        string weights = Constant([.. indices.Select(i => codes[i])], Outputs, 4);
        Graph graph = Rewriting.Infer(_author.ToGraph([_author.Add("Gemm", [hidden, weights], NodeAttributes.Empty.With("transB", 1))!]));
        var hashed = new HashedGraph(graph, ImmutableDictionary<string, HashedMatrix>.Empty.Add(weights, new HashedMatrix(Outputs, 4, [.. codes], [], indices)));
        MergedGraph merged = MergeChecks.Merge(hashed, seed: 1);
        Assert.Equal(1, merged.OutputsMerged["c0"]);
        Assert.InRange(merged.Hashed[weights].Codebook.Length, 2, HashedMatrix.MaxValues);
        Assert.Equal(3, merged.Hashed[weights].Columns);
    }

    [Fact]
    public void Layers_that_share_their_weights_are_merged_each_for_itself()
    {
        string shared = Constant([1, 2, 3, 1, 2, 3, 4, 5, 6], 3, 3);
        string a = Dense(_author.Input(1, 3), shared);
        string b = Dense(a, shared);
        string y = _author.Add("Gemm", [b, Constant([1, 2, 3], 3, 1)])!;
        MergedGraph merged = Merge(y);
        Assert.Equal(1, merged.OutputsMerged["c0"]);
        Assert.Equal([2, 2], merged.Graph.Nodes.Take(2).Select(n => ReducibleLayer.Read(merged.Graph, n)!.Outputs));
    }

    [Fact]
    public void A_graph_without_equal_channels_is_the_same_object()
    {
        Graph graph = Rewriting.Infer(_author.ToGraph([_author.Add("Gemm", [Dense(_author.Input(2, 2), [1, 2, 3, 4], [0, 0]), Constant([1, 2], 2, 1)])!]));
        Assert.Same(graph, MergeOutputs.Run(MergeChecks.Unhashed(graph), default).Graph);
    }

    private MergedGraph Merge(params string[] outputs) => MergeChecks.Merge(MergeChecks.Unhashed(Rewriting.Infer(_author.ToGraph(outputs))), seed: 1);

    private void AssertStays(params string[] outputs)
    {
        Graph graph = Rewriting.Infer(_author.ToGraph(outputs));
        Assert.Same(graph, MergeOutputs.Run(MergeChecks.Unhashed(graph), default).Graph);
    }

    private string Constant(float[] values, params int[] lengths) => _author.Constant(Tensor.Of(values, lengths));

    private string Dense(string x, float[] rows, float[] bias)
        => _author.Add("Gemm", [x, Constant(rows, bias.Length, rows.Length / bias.Length), Constant(bias, bias.Length)], NodeAttributes.Empty.With("transB", 1))!;

    private string Dense(string x, string weights) => _author.Add("Gemm", [x, weights], NodeAttributes.Empty.With("transB", 1))!;

    /// <summary>A 1×1 convolution with filters of that many input channels.</summary>
    private string Convolution(string x, float[] weights, int inputs) => _author.Add("Conv", [x, Constant(weights, weights.Length / inputs, inputs, 1, 1)])!;
}
