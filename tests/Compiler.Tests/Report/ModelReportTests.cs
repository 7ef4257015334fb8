using System;
using System.IO;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Red;
using RedGen.Compiler.Report;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Report;

public sealed class ModelReportTests
{
    private static ModelReport ReportOf(ModelSource source, CompilerOptions options)
        => ModelReport.Of(HashedGemm.Plan(source, options with { Hashing = Hashing.None }), HashedGemm.Plan(source, options));

    [Fact]
    public void A_hashed_layer_has_the_figures_counted_by_hand()
    {
        ModelReport report = ReportOf(HashedGemm.Source(), HashedGemm.Options);
        Assert.Equal((Hashing.Adaptive, true, 0.1, 0.05, "8 samples", 0.06), (report.Method, report.IsTuned, report.Tolerance, report.MeasuredError, report.MeasuredOn, report.EstimatedError));
        LayerReport layer = Assert.Single(report.Layers);
        Assert.Equal(("Gemm1", "dense", "Gemm"), (layer.Name, layer.Node, layer.Operator));
        Assert.Equal("float32 1×3", Assert.Single(layer.InputShapes));
        Assert.Equal("float32 1×2", Assert.Single(layer.OutputShapes));
        Assert.Equal(new ReportCost(6, 6, 24), layer.Before);
        // Six indices, three values, two scales.
        Assert.Equal(6 + 12 + 8, layer.After.WeightBytes);
        WeightsReport weights = layer.Weights!;
        Assert.Equal((6, 5, 3, 2, true), (weights.Count, weights.DistinctBefore, weights.DistinctAfter, weights.ScaleCount, weights.IsHashed));
        Assert.Equal([1f, 2f, 3f], weights.Codebook.ToArray());
        Assert.Equal(10 * Math.Log10((1 + 4 + 9 + 4 + 16 + 42.25) / 0.25), weights.SqnrDecibels, 9);
        Assert.Equal((0.75, 0), (weights.ErrorShare, weights.OutputsMerged));
        // Normalised: 1 2 3 and 1 2 3.25.
        Assert.Equal((1, 3.25), (weights.Histogram.From, weights.Histogram.To));
        Assert.Equal(6, weights.Histogram.Counts.Sum());
        Assert.Equal((2, 1), (weights.Histogram.Counts[0], weights.Histogram.Counts[^1]));
    }

    [Fact]
    public void Counts_are_those_of_the_plan()
    {
        ExecutionPlan plan = HashedGemm.Plan(HashedGemm.Source(), HashedGemm.Options);
        ModelReport report = ReportOf(HashedGemm.Source(), HashedGemm.Options);
        Step step = Assert.Single(plan.Root.Steps);
        LayerReport layer = Assert.Single(report.Layers);
        Assert.Equal((step.Multiplications, step.Cost?.Additions ?? 6, step.Kernel), (layer.After.Multiplications, layer.After.Additions, layer.Kernel));
        Assert.Equal((step.Cost?.ValuesPerColumn, step.Cost?.Lowering ?? ""), (layer.Weights!.ValuesPerColumn, layer.Lowering));
        Assert.Equal((step.Cost?.ValuesPerColumn ?? 6) / 6.0, report.ValuesPerColumnRatio);
        Assert.Equal(1 - (plan.Multiplications / 6.0), report.MultiplicationsRemoved, 12);
        Assert.Equal(plan.MultiplicationsRemoved, report.MultiplicationsRemoved, 12);
        Assert.Equal(plan.WeightBytes, layer.EmittedBytes);
        Assert.Equal((plan.WeightBytes, plan.ArenaBytes), (report.After.WeightBytes, report.ArenaBytesAfter));
    }

    [Fact]
    public void Without_a_reduction_nothing_changed()
    {
        ModelReport report = ReportOf(ModelSource.FromBytes("digits.onnx", DigitsAssets.Cnn()), new CompilerOptions { Hashing = Hashing.None });
        Assert.Equal(report.Before, report.After);
        Assert.Equal((0, 1, 1), (report.MultiplicationsRemoved, report.WeightBytesRatio, report.ValuesPerColumnRatio));
        WeightsReport[] weights = [.. report.Layers.Select(l => l.Weights).OfType<WeightsReport>()];
        Assert.Equal(3, weights.Length);
        Assert.All(weights, w => Assert.Equal((false, w.DistinctBefore, double.PositiveInfinity, 0), (w.IsHashed, w.DistinctAfter, w.SqnrDecibels, w.Codebook.Length)));
        Assert.Null(report.Certificate);
    }

    [Fact]
    public void Layers_sum_up_to_the_totals()
    {
        ModelReport report = ReportOf(ModelSource.FromBytes("digits.onnx", DigitsAssets.Cnn()), new CompilerOptions { Hashing = Hashing.Adaptive, Merging = Merging.None });
        Assert.Equal(report.Before.Multiplications, report.Layers.Sum(l => l.Before.Multiplications));
        Assert.Equal(report.After.Multiplications, report.Layers.Sum(l => l.After.Multiplications));
        Assert.Equal(report.Before.Additions, report.Layers.Sum(l => l.Before.Additions));
        Assert.Equal(report.After.Additions, report.Layers.Sum(l => l.After.Additions));
        Assert.All(report.Layers.Where(l => l.Weights is not null), l => Assert.Equal(l.Weights!.Count, l.Weights.Histogram.Counts.Sum()));
        Assert.Equal(["Conv1", "Conv2", "Gemm1"], report.Layers.Where(l => l.Weights is not null).Select(l => l.Name));
    }

    [Fact]
    public void Weights_that_two_layers_read_are_told_once()
    {
        ModelSource source = new OnnxModelWriter().Input("x", ElementType.Float32, 1, 2).Initializer("w", [1f, 2f, 3f, 4f], 2, 2)
            .Node("MatMul", "x,w", "m").Node("Relu", "m", "r").Node("MatMul", "r,w", "y").Output("y", ElementType.Float32, 1, 2).ToSource();
        ModelReport report = ReportOf(source, new CompilerOptions { Hashing = Hashing.Adaptive, Merging = Merging.None });
        Assert.Equal(2, report.Layers.Length);
        Assert.Equal(4, report.Weights);
        Assert.NotNull(report.Layers[0].Weights);
        Assert.Null(report.Layers[1].Weights);
        Assert.Equal(16, report.Layers.Sum(l => l.Before.WeightBytes));
    }

    [Fact]
    public void The_work_of_layers_is_the_plans()
        => Assert.Equal(84_224, WorkOf(ModelSource.FromBytes("digits.onnx", DigitsAssets.Cnn())));

    [SharedFact("models/cifar10-resnet20-bn")]
    public void The_work_of_ResNet20s_layers_is_the_plans()
    {
        ModelSource source = SharedData.Load(Path.Combine(SharedData.Root, "models", "cifar10-resnet20-bn", "model.onnx"));
        Assert.Equal(HashedGemm.Plan(source, new CompilerOptions { Hashing = Hashing.None }).MultiplyAdds, WorkOf(source));
    }

    private static long WorkOf(ModelSource source)
    {
        var diagnostics = new DiagnosticBag();
        Model model = OnnxReader.Read(source, diagnostics, CancellationToken.None)!;
        Graph graph = ModelCompiler.Normalise(model, TestOptions.Exact, diagnostics, CancellationToken.None);
        Assert.False(diagnostics.HasErrors);
        return LayerWork.Of(graph);
    }
}
