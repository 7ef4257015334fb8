using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Tests.Shaping;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.RunTimeShapes;

/// <summary>Operators over shapes that nobody knows at build time give what the reference gives.</summary>
public sealed class OpenShapeTests
{
    private const int CasesPerOperator = 18;

    private static readonly ElementType[] Types = [ElementType.Float32, ElementType.Float64, ElementType.UInt8, ElementType.Int64, ElementType.Bool, ElementType.Float16];

    private static readonly string[] Unary = ["Abs", "Relu", "Exp", "Neg", "Sigmoid", "Not", "IsNaN", "Sign"];

    private static readonly string[] Binary = ["Add", "Mul", "Sub", "Div", "Pow", "Less", "Equal", "Max", "Sum", "PRelu"];

    /// <summary>Operators of the cases that have no kernel for such shapes; they end in a diagnostic.</summary>
    private static readonly HashSet<string> WithoutKernel = new(StringComparer.Ordinal) { "DepthToSpace", "SpaceToDepth" };

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
            // How many axes a tuple of indices names decides the rank.
            ModelSource source = OpenedModel.Of(writer, op == "GatherND" ? "indices" : "");
            if (WithoutKernel.Contains(op))
            {
                Assert.Equal("RG0021", ModelCompiler.Compile(source, TestOptions.Exact).Diagnostics.First().Id);
                continue;
            }

            CompiledModel compiled = batch.Add($"{op}, seed {seed}, {type}", source, TestOptions.Exact with { Optimise = seed % 2 == 0 });
            cases.Add((compiled, [.. model.Graph.Inputs.Select(v => ShapingCases.Fill(v, random, model.Graph.Name))]));
        }

        batch.Build();
        double tolerance = op.StartsWith("Cum", StringComparison.Ordinal) ? 4e-3 : 0;
        foreach ((CompiledModel model, ReferenceTensor[] inputs) in cases) model.AssertAgrees(tolerance, tolerance, OpenedModel.Inputs(inputs, op == "GatherND" ? 1 : -1));
    }

    public static TheoryData<string> ComputingOperators => [.. ComputeCases.All.Keys];

    [Theory]
    [MemberData(nameof(ComputingOperators))]
    public void Code_and_reference_compute_the_same(string op)
    {
        using var batch = new ModelBatch();
        var cases = new List<(CompiledModel Model, ReferenceTensor[] Inputs, ElementType Type)>();
        for (int seed = 0; seed < 2 * CasesPerOperator; seed++)
        {
            ElementType type = Types[seed % Types.Length];
            if (!ComputeCases.Allows(op, type)) continue;
            var random = new Random(seed);
            var writer = new OnnxModelWriter();
            ComputeCases.All[op](writer, random, type);
            Model model = writer.ToModel();
            CompiledModel compiled = batch.Add($"{op}, seed {seed}, {type}", OpenedModel.Of(writer), TestOptions.Exact);
            cases.Add((compiled, [.. model.Graph.Inputs.Select(v => RandomTensor.Of(((TensorType)v.Type!).ElementType, random.Next(), ((TensorType)v.Type!).Shape!.ToArray()))], type));
        }

        batch.Build();
        foreach ((CompiledModel model, ReferenceTensor[] inputs, ElementType type) in cases)
        {
            double tolerance = type == ElementType.Float16 ? 8e-3 : 1e-5;
            model.AssertAgrees(tolerance, tolerance, OpenedModel.Inputs(inputs));
        }
    }

    [Fact]
    public void Elementwise_operators_broadcast_at_run_time()
    {
        using var batch = new ModelBatch();
        var cases = new List<(CompiledModel Model, ReferenceTensor[] Inputs)>();
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            bool isUnary = random.Next(3) == 0;
            string op = isUnary ? Unary[random.Next(Unary.Length)] : Binary[random.Next(Binary.Length)];
            ElementType type = op == "Not" ? ElementType.Bool : op is "Exp" or "Sigmoid" or "IsNaN" or "PRelu" ? ElementType.Float32 : Types[random.Next(2)];
            int[] x = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(12) == 0 ? 0 : random.Next(1, 4))];
            int[] other = [.. x.Skip(random.Next(x.Length + 1)).Select(d => random.Next(3) == 0 ? 1 : d)];
            OnnxModelWriter writer = new OnnxModelWriter().Opset(18).Input("x", type, Dims(x));
            if (!isUnary) writer.Input("b", type, Dims(other));
            writer.Node(op, isUnary ? "x" : "x,b", "y").Output("y");
            ReferenceTensor[] inputs = [.. new[] { x, other }.Take(isUnary ? 1 : 2).Select(l => RandomTensor.Of(type, random.Next(), l))];
            cases.Add((batch.Add(FormattableString.Invariant($"{op}, seed {seed}"), OpenedModel.Of(writer), TestOptions.Exact), inputs));
        }

        batch.Build();
        foreach ((CompiledModel model, ReferenceTensor[] inputs) in cases) model.AssertAgrees(1e-5, 1e-6, OpenedModel.Inputs(inputs));
    }

    private static OnnxDim[] Dims(IEnumerable<int> lengths) => [.. lengths.Select(d => (OnnxDim)(long)d)];
}
