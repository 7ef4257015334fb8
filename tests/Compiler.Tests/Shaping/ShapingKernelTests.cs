using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Shaping;

/// <summary>Generated code moves the elements where the reference evaluation says, for random shapes, parameters and types.</summary>
public sealed class ShapingKernelTests
{
    private const int CasesPerOperator = 36;

    private static readonly ElementType[] Types = [ElementType.Float32, ElementType.Float64, ElementType.UInt8, ElementType.Int64, ElementType.Bool, ElementType.Float16, ElementType.BFloat16, ElementType.Int4, ElementType.Float8E5M2];

    public static TheoryData<string> Operators => [.. ShapingCases.All.Keys];

    [Theory]
    [MemberData(nameof(Operators))]
    public void Code_and_reference_agree(string op)
    {
        using var batch = new ModelBatch();
        var cases = new List<(CompiledModel Model, ReferenceTensor[] Inputs)>();
        for (int seed = 0; seed < CasesPerOperator; seed++)
        {
            ElementType type = Types[seed % Types.Length];
            if (!ShapingCases.Allows(op, type)) continue;
            var random = new Random(seed);
            var writer = new OnnxModelWriter();
            ShapingCases.All[op](writer, random, type);
            Model model = writer.ToModel();
            // The graph that is planned is the one written: nothing is rewritten between.
            CompiledModel compiled = batch.Add($"{op}, seed {seed}, {type}", writer, TestOptions.Exact with { Optimise = false });
            cases.Add((compiled, [.. model.Graph.Inputs.Select(v => ShapingCases.Fill(v, random, model.Graph.Name))]));
        }

        batch.Build();
        double tolerance = op == "CumSum" ? 4e-3 : 0;
        foreach ((CompiledModel model, ReferenceTensor[] inputs) in cases) model.AssertAgrees(tolerance, tolerance, inputs);
    }

    [Fact]
    public void An_index_outside_its_axis_is_refused()
    {
        using var model = CompiledModel.Compile(new OnnxModelWriter().Input("x", ElementType.Float32, 3, 2).Input("i", ElementType.Int64, 2).Node("Gather", "x,i", "y").Output("y"));
        ReferenceTensor x = RandomTensor.Of(ElementType.Float32, 1, 3, 2);
        foreach (long wrong in new[] { 3L, -4L, long.MaxValue, long.MinValue })
            Assert.Throws<ArgumentOutOfRangeException>(() => model.Run(x, new ReferenceTensor(ElementType.Int64, [2], [0L, wrong])));
    }

    [Fact]
    public void Large_constants_are_made_at_run_time()
    {
        using var batch = new ModelBatch();
        batch.Add("ConstantOfShape", new OnnxModelWriter().Initializer("s", [300L, 300L], 2).Node("ConstantOfShape", "s", "y", n => n.Tensor("value", Tensor.Of([2.5f], 1))).Output("y"));
        batch.Add("Range down", new OnnxModelWriter().Initializer("a", [5L]).Initializer("b", [-400_000L]).Initializer("c", [-4L]).Node("Range", "a,b,c", "y").Output("y"));
        batch.Add("Range of floats", new OnnxModelWriter().Initializer("a", [0.5f]).Initializer("b", [30_000f]).Initializer("c", [0.25f]).Node("Range", "a,b,c", "y").Output("y"));
        batch.Add("EyeLike", new OnnxModelWriter().Input("x", ElementType.Float32, 300, 400).Node("EyeLike", "x", "y", n => n.Int("k", -2).Int("dtype", (long)ElementType.Float64)).Output("y"));
        batch.Build();
        foreach (CompiledModel model in batch.Models) model.AssertAgrees(0, 0, [.. model.Inputs.Select(i => RandomTensor.Of(i.ElementType, 1, i.Shape!.ToArray()))]);
    }

    [Theory]
    [InlineData(new[] { 40, 30 }, new long[] { 1, 0 }, 1)]
    [InlineData(new[] { 2, 3, 20, 10 }, new long[] { 0, 3, 1, 2 }, 1)]
    [InlineData(new[] { 5, 8, 4, 9 }, new long[] { 3, 2, 0, 1 }, 1)]
    [InlineData(new[] { 5, 8, 4, 9 }, new long[] { 0, 2, 1, 3 }, 0)]
    public void Floats_are_transposed_as_matrices(int[] shape, long[] permutation, int calls)
    {
        using var model = CompiledModel.Compile(new OnnxModelWriter().Input("x", ElementType.Float32, [.. shape.Select(d => (OnnxDim)d)]).Node("Transpose", "x", "y", n => n.Ints("perm", permutation)).Output("y"));
        Assert.Equal(calls, model.Code.Split("LayoutMove.Transpose(").Length - 1);
        model.AssertAgrees(0, 0, RandomTensor.Of(ElementType.Float32, 1, shape));
    }

    [Theory]
    [InlineData(8, 16, 48, 1)]
    [InlineData(20, 0, 64, 1)]
    [InlineData(20, 16, 47, 0)]
    [InlineData(7, 16, 48, 0)]
    public void Rows_of_whole_vectors_are_copied_by_a_call(int rows, long start, long end, int calls)
    {
        using var model = CompiledModel.Compile(new OnnxModelWriter().Opset(13).Input("x", ElementType.Float32, rows, 80)
            .Initializer("starts", [start], 1).Initializer("ends", [end], 1).Initializer("axes", [1L], 1).Node("Slice", "x,starts,ends,axes", "y").Output("y"));
        Assert.Equal(calls, model.Code.Split("LayoutMove.CopyRows(").Length - 1);
        model.AssertAgrees(0, 0, RandomTensor.Of(ElementType.Float32, 1, [rows, 80]));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Images_are_enlarged_by_whole_factors_a_row_at_a_time(int factor)
    {
        using var model = CompiledModel.Compile(new OnnxModelWriter().Input("x", ElementType.Float32, 2, 3, 7, 13).Initializer("s", [1f, 1f, factor, factor], 4)
            .Node("Resize", "x,,s", "y", n => n.String("mode", "nearest").String("coordinate_transformation_mode", "asymmetric").String("nearest_mode", "floor")).Output("y"));
        Assert.Contains($"times: {factor});", model.Code, StringComparison.Ordinal);
        model.AssertAgrees(0, 0, RandomTensor.Of(ElementType.Float32, 1, 2, 3, 7, 13));
    }

    [Theory]
    [InlineData("Transpose", "perm", new long[] { 1, 0, 2 })]
    [InlineData("Identity", null, null)]
    [InlineData("Dropout", null, null)]
    public void What_moves_nothing_is_a_view(string op, string? attribute, long[]? values)
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Float32, 4, 1, 3)
            .Node(op, "x", "z", n => _ = attribute is null ? n : n.Ints(attribute, values!)).Node("Relu", "z", "y").Output("y");
        CompilationResult result = ModelCompiler.Compile(writer.ToSource(), TestOptions.Exact with { Optimise = false });
        Assert.True(result.Plan!.Root.Steps[0].IsView);
    }
}
