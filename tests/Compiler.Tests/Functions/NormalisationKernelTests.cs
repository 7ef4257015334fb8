using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Functions;

/// <summary>Generated code normalises as the reference evaluation does, for random shapes, parameters and types.</summary>
public sealed class NormalisationKernelTests
{
    private const int CasesPerOperator = 40;

    private static readonly ElementType[] Types = [ElementType.Float32, ElementType.Float64, ElementType.Float16, ElementType.BFloat16];

    public static TheoryData<string> Operators => [.. NormalisationCases.All.Keys];

    [Theory]
    [MemberData(nameof(Operators))]
    public void Code_and_reference_agree(string op)
    {
        using var batch = new ModelBatch();
        var cases = new List<(CompiledModel Model, ReferenceTensor[] Inputs, double Tolerance)>();
        for (int seed = 0; seed < CasesPerOperator; seed++)
        {
            ElementType type = Types[seed % Types.Length];
            var random = new Random(seed);
            var writer = new OnnxModelWriter();
            NormalisationCases.All[op](writer, random, type);
            Model model = writer.ToModel();
            CompiledModel compiled = batch.Add($"{op}, seed {seed}, {type}", writer, TestOptions.Exact with { Optimise = false });
            cases.Add((compiled, [.. model.Graph.Inputs.Select(v => Fill(v, random, model.Graph.Name))], type switch { ElementType.Float64 => 1e-9, ElementType.Float32 => 2e-5, ElementType.Float16 => 4e-3, _ => 3e-2 }));
        }

        batch.Build();
        foreach ((CompiledModel model, ReferenceTensor[] inputs, double tolerance) in cases) model.AssertAgrees(tolerance, tolerance, inputs);
    }

    [Fact]
    public void A_target_that_is_no_class_is_refused()
    {
        using var model = CompiledModel.Compile(new OnnxModelWriter().Input("x", ElementType.Float32, 2, 3).Input("t", ElementType.Int64, 2).Node("SoftmaxCrossEntropyLoss", "x,t", "y").Output("y"));
        ReferenceTensor x = RandomTensor.Of(ElementType.Float32, 1, 2, 3);
        foreach (long wrong in new[] { 3L, -1L, long.MinValue })
            Assert.Throws<ArgumentOutOfRangeException>(() => model.Run(x, new ReferenceTensor(ElementType.Int64, [2], [0L, wrong])));
    }

    [Fact]
    public void A_loss_is_computed_by_the_kernels_of_its_body()
    {
        using var model = CompiledModel.Compile(new OnnxModelWriter().Input("x", ElementType.Float32, 2, 3).Input("t", ElementType.Int64, 2).Node("SoftmaxCrossEntropyLoss", "x,t", "y").Output("y"));
        Assert.Equal(["LogSoftmax", "NegativeLogLikelihoodLoss"], model.Plan.Root.Steps.Select(s => s.Nodes[0].Operator.Name));
    }

    /// <summary>Random elements; targets below the number of classes in the graph's name.</summary>
    private static ReferenceTensor Fill(Value input, Random random, string graphName)
    {
        var type = (TensorType)input.Type!;
        int[] lengths = type.Shape!.ToArray();
        if (type.ElementType.IsFloat()) return RandomTensor.Of(type.ElementType, random.Next(), lengths);
        int classes = int.Parse(graphName.AsSpan("target ".Length), CultureInfo.InvariantCulture);
        return new ReferenceTensor(type.ElementType, lengths, [.. Enumerable.Range(0, (int)type.Shape.ElementCount).Select(_ => (long)random.Next(classes))]);
    }
}
