using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Red.Merge;
using RedGen.Compiler.Red.Planning;
using RedGen.Compiler.Tests.Passes;
using RedGen.TestKit;
using Xunit;
using Xunit.Abstractions;

namespace RedGen.Compiler.Tests.Red;

/// <summary>Merging on trained models.</summary>
public sealed class MergeModelTests(ITestOutputHelper output)
{
    /// <summary>The reference interpreter is slow: models beyond this many bytes only have their graphs checked.</summary>
    private const long LargestRun = 2 << 20;

    [SharedFact("models")]
    public void Merged_models_compute_what_hashed_ones_do()
    {
        int compiled = 0;
        foreach (string path in SharedData.ModelsIn(Path.Combine(SharedData.Root, "models")))
        {
            string name = Path.GetFileName(Path.GetDirectoryName(path)!);
            if (ModelPassTests.Load(path, out string reason, optimise: true) is not { } graph)
            {
                output.WriteLine($"{name}: skipped, {reason}");
                continue;
            }

            compiled++;
            HashedGraph hashed = MergeChecks.Hash(graph, magnitudes: 7);
            var clock = Stopwatch.StartNew();
            _ = MergeOutputs.Run(hashed, default);
            clock.Stop();
            bool runs = new FileInfo(path).Length <= LargestRun;
            MergedGraph merged = MergeChecks.Merge(hashed, seed: 5, runs);
            string gone = string.Join(", ", merged.OutputsMerged.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => m.Key + " −" + m.Value));
            output.WriteLine($"{name}: {clock.ElapsedMilliseconds} ms{(runs ? "" : " (not run)")}: {(gone.Length == 0 ? "nothing" : gone)}");
        }

        Assert.True(compiled > 10, $"only {compiled} models compile");
    }

    [SharedFact("models/imagenet-mobilenet-v2-1.0-224-dequantised")]
    public void A_model_without_duplicates_comes_back_as_the_same_object()
    {
        string path = SharedData.ModelsIn(Path.Combine(SharedData.Root, "models", "imagenet-mobilenet-v2-1.0-224-dequantised"))[0];
        Graph graph = ModelPassTests.Load(path, out string reason, optimise: true) ?? throw new InvalidOperationException(reason);
        HashedGraph unhashed = MergeChecks.Unhashed(graph);
        HashedGraph settled = unhashed with { Graph = MergeOutputs.Run(unhashed, default).Graph };
        var clock = Stopwatch.StartNew();
        MergedGraph merged = MergeOutputs.Run(settled, default);
        output.WriteLine($"{clock.ElapsedMilliseconds} ms");
        Assert.Same(settled.Graph, merged.Graph);
    }

    [SharedFact("models/imagenet-mobilenet-v2-1.0-224-dequantised")]
    public void Folding_a_large_model_gives_a_valid_graph_that_merging_shrinks()
    {
        string path = SharedData.ModelsIn(Path.Combine(SharedData.Root, "models", "imagenet-mobilenet-v2-1.0-224-dequantised"))[0];
        Graph graph = ModelPassTests.Load(path, out string reason, optimise: true) ?? throw new InvalidOperationException(reason);
        var clock = Stopwatch.StartNew();
        Graph folded = FoldOutputs.Run(graph, 0.1, default);
        output.WriteLine($"{clock.ElapsedMilliseconds} ms");
        MergedGraph merged = MergeChecks.Merge(MergeChecks.Unhashed(folded), seed: 1, run: false);
        output.WriteLine($"{merged.OutputsMerged.Values.Sum()} outputs of {merged.OutputsMerged.Count} layers went");
        Assert.InRange(merged.OutputsMerged.Count, 30, int.MaxValue);
    }

    [SharedFact("models/digits-cnn-folded")]
    public void A_copied_filter_of_the_digits_network_is_found() => CopiedChannelsGo("digits-cnn-folded", least: 1);

    [SharedFact("models/cifar10-resnet20-bn")]
    public void A_copied_channel_of_a_residual_stage_is_found_in_all_its_producers() => CopiedChannelsGo("cifar10-resnet20-bn", least: 4);

    [SharedFact("models/digits-dwcnn-bn")]
    public void A_copied_channel_before_a_depthwise_convolution_is_found() => CopiedChannelsGo("digits-dwcnn-bn", least: 2);

    /// <summary>
    /// Copies channel 1 of the first layer over channel 2, in whatever produces the values that are tied to it, and merges.
    /// </summary>
    private void CopiedChannelsGo(string model, int least)
    {
        string path = SharedData.ModelsIn(Path.Combine(SharedData.Root, "models", model))[0];
        Graph graph = ModelPassTests.Load(path, out string reason, optimise: true) ?? throw new InvalidOperationException(reason);
        ChannelAnalysis analysis = ChannelAnalysis.Run(graph, default);
        int[] first = [.. analysis.Of(analysis.Values[0])!.Slots.Take(3).Select(analysis.Slots.Find)];
        Assert.False(analysis.Slots.IsPinned(first[1]));
        var builder = new GraphBuilder(graph);
        var copied = new List<string>();
        foreach (ChannelProducer producer in analysis.Producers)
        {
            List<int> roots = [.. analysis.Of(producer.Value)?.Slots.Select(analysis.Slots.Find) ?? []];
            if (producer.Layer is not { } layer || roots.IndexOf(first[1]) is not (>= 0 and var from) || roots.IndexOf(first[2]) is not (>= 0 and var to)) continue;
            float[] rows = layer.ToRows(graph.ConstantOf(layer.Weights)!);
            rows.AsSpan(from * layer.Columns, layer.Columns).CopyTo(rows.AsSpan(to * layer.Columns));
            builder.SetInitializer(layer.Weights, layer.ToTensor(rows, graph.ConstantOf(layer.Weights)!.Dimensions));
            float[] bias = graph.ConstantOf(layer.Bias)!.AsSpan<float>().ToArray();
            bias[to] = bias[from];
            builder.SetInitializer(layer.Bias, Tensor.Of(bias, bias.Length));
            copied.Add(layer.Weights);
        }

        output.WriteLine(string.Join(", ", copied));
        Assert.InRange(copied.Count, least, int.MaxValue);
        HashedGraph hashed = MergeChecks.Hash(builder.Build(), magnitudes: 15);
        MergedGraph merged = MergeChecks.Merge(hashed, seed: 7);
        foreach (string weights in copied)
        {
            Assert.InRange(merged.OutputsMerged[weights], 1, int.MaxValue);
            Assert.Equal(MergeChecks.OutputsOf(hashed.Graph, weights) - merged.OutputsMerged[weights], MergeChecks.OutputsOf(merged.Graph, weights));
        }
    }
}
