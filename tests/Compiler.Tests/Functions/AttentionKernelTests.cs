using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Attentions;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Functions;

/// <summary>Generated code attends as the reference evaluation does, for random shapes, masks, caches and types.</summary>
public sealed class AttentionKernelTests
{
    private const int CasesPerOperator = 48;

    private static readonly ElementType[] Types = [ElementType.Float32, ElementType.Float64, ElementType.Float16, ElementType.BFloat16];

    public static TheoryData<string> Operators => [.. AttentionCases.All.Keys];

    [Theory]
    [MemberData(nameof(Operators))]
    public void Code_and_reference_agree(string op)
    {
        using var batch = new ModelBatch();
        var cases = new List<(CompiledModel Model, ReferenceTensor[] Inputs, double Tolerance)>();
        for (int seed = 0; seed < CasesPerOperator; seed++)
        {
            ElementType type = Types[seed % Types.Length];
            if (!AttentionCases.Allows(op, type)) continue;
            var random = new Random(seed);
            var writer = new OnnxModelWriter();
            AttentionCases.All[op](writer, random, type);
            Model model = writer.ToModel();
            CompiledModel compiled = batch.Add($"{op}, seed {seed}, {type}", writer, TestOptions.Exact with { Optimise = false });
            double tolerance = type switch { ElementType.Float64 => 1e-5, ElementType.Float32 => 5e-5, ElementType.Float16 => 6e-3, _ => 5e-2 };
            cases.Add((compiled, [.. model.Graph.Inputs.Select(v => Fill(v, random, model.Graph.Name))], tolerance));
        }

        batch.Build();
        foreach ((CompiledModel model, ReferenceTensor[] inputs, double tolerance) in cases) model.AssertAgrees(tolerance, tolerance, inputs);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public void Rows_that_see_no_key_are_zero(int rows)
    {
        using var model = CompiledModel.Compile(new OnnxModelWriter().Opset(24).Input("q", ElementType.Float32, 1, 1, rows, 4).Input("k", ElementType.Float32, 1, 1, 3, 4)
            .Input("v", ElementType.Float32, 1, 1, 3, 4).Input("mask", ElementType.Bool, 3).Node("Attention", "q,k,v,mask", "y").Output("y"));
        ReferenceTensor q = RandomTensor.Of(ElementType.Float32, 1, 1, 1, rows, 4);
        ReferenceTensor k = RandomTensor.Of(ElementType.Float32, 2, 1, 1, 3, 4);
        Assert.All(model.Run(q, k, k, new ReferenceTensor(ElementType.Bool, [3], [0, 0, 0]))[0].Reals!, y => Assert.Equal(0, y));
        // One key alone: its value.
        Assert.Equal(k.Reals![4], model.Run(q, k, k, new ReferenceTensor(ElementType.Bool, [3], [0, 1, 0]))[0].Reals![0], 1e-6);
    }

    [Fact]
    public void Attention_of_floats_holds_no_matrix_of_scores()
    {
        using var model = CompiledModel.Compile(new OnnxModelWriter().Opset(23).Input("q", ElementType.Float32, 1, 2, 1024, 16).Input("k", ElementType.Float32, 1, 2, 1024, 16)
            .Input("v", ElementType.Float32, 1, 2, 1024, 16).Node("Attention", "q,k,v", "y", n => n.Int("is_causal", 1)).Output("y"));
        Assert.Equal("Attention.Blocks", model.Plan.Root.Steps[0].Kernel);
        Assert.True(model.Plan.Root.Steps[0].WorkspaceLength < 1024 * 1024 / 8);
        model.AssertAgrees(1e-4, 1e-5, [.. model.Inputs.Select((t, i) => RandomTensor.Of(t.ElementType, i, t.Shape!.ToArray()))]);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(77, 13, 33)]
    [InlineData(16, 64, 64)]
    public void Compiler_and_runtime_agree_on_the_workspace(int keys, int depth, int width)
    {
        Assert.Equal(Runtime.AttentionHead.WorkspaceLength(keys, depth, width), AttentionKernel.WorkspaceLength(keys, depth, width));
        Assert.Equal(Runtime.AttentionHead.BlockRows, AttentionKernel.BlockRows);
    }

    [Fact]
    public void Positions_outside_a_table_and_updates_outside_a_cache_are_refused()
    {
        using var rotary = CompiledModel.Compile(new OnnxModelWriter().Opset(23).Input("x", ElementType.Float32, 1, 1, 1, 4).Input("c", ElementType.Float32, 3, 2)
            .Input("p", ElementType.Int64, 1, 1).Node("RotaryEmbedding", "x,c,c,p", "y").Output("y"));
        Assert.Throws<ArgumentOutOfRangeException>(() => rotary.Run(RandomTensor.Of(ElementType.Float32, 1, 1, 1, 1, 4), RandomTensor.Of(ElementType.Float32, 1, 3, 2), new ReferenceTensor(ElementType.Int64, [1, 1], [3L])));
        using var scatter = CompiledModel.Compile(new OnnxModelWriter().Opset(24).Input("x", ElementType.Float32, 1, 4, 2).Input("u", ElementType.Float32, 1, 2, 2)
            .Input("p", ElementType.Int64, 1).Node("TensorScatter", "x,u,p", "y").Output("y"));
        foreach (long wrong in new[] { 3L, -1L, long.MaxValue })
            Assert.Throws<ArgumentOutOfRangeException>(() => scatter.Run(RandomTensor.Of(ElementType.Float32, 1, 1, 4, 2), RandomTensor.Of(ElementType.Float32, 1, 1, 2, 2), new ReferenceTensor(ElementType.Int64, [1], [wrong])));
    }

    [Fact]
    public void A_shape_of_run_time_must_be_the_declared_one()
    {
        using var model = CompiledModel.Compile(new OnnxModelWriter().Opset(18).Input("x", ElementType.Float32, 5, 3).Input("s", ElementType.Int32, 2).Node("CenterCropPad", "x,s", "y").Output("y", ElementType.Float32, 3, 4));
        ReferenceTensor x = RandomTensor.Of(ElementType.Float32, 1, 5, 3);
        model.AssertAgrees(0, 0, x, new ReferenceTensor(ElementType.Int32, [2], [3L, 4L]));
        Assert.Throws<ArgumentException>(() => model.Run(x, new ReferenceTensor(ElementType.Int32, [2], [3L, 5L])));
    }

    /// <summary>Random elements; integers below the number in the graph's name.</summary>
    private static ReferenceTensor Fill(Value input, Random random, string graphName)
    {
        var type = (TensorType)input.Type!;
        int[] lengths = type.Shape!.ToArray();
        if (type.ElementType != ElementType.Int64) return RandomTensor.Of(type.ElementType, random.Next(), lengths);
        int bound = int.Parse(graphName.AsSpan("below ".Length), CultureInfo.InvariantCulture);
        return new ReferenceTensor(type.ElementType, lengths, [.. Enumerable.Range(0, (int)type.Shape.ElementCount).Select(_ => (long)random.Next(bound))]);
    }
}
