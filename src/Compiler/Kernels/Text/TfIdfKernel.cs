using System.Collections.Immutable;
using System.Linq;
using System.Runtime.InteropServices;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Text;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Text;

/// <summary>TfIdfVectorizer through RedGen.Runtime: a sorted table of n-grams for each of their lengths.</summary>
internal sealed class TfIdfKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle) return null;
        int[] x = context.Lengths(node.Inputs[0]);
        IGrouping<int, (long[] Elements, int Column)>[] lengths = [.. TfIdfVectorizer.Grams(node.Attributes).GroupBy(g => g.Elements.Length).OrderBy(g => g.Key)];
        ImmutableArray<Weight>.Builder weights = ImmutableArray.CreateBuilder<Weight>();
        foreach (IGrouping<int, (long[] Elements, int Column)> grams in lengths)
        {
            (long[] Elements, int Column)[] sorted = [.. grams.OrderBy(g => g.Elements[0])];
            long[] pool = [.. sorted.SelectMany(g => g.Elements)];
            int[] columns = [.. sorted.Select(g => g.Column)];
            weights.Add(new Weight("Pool", ElementType.Int64, MemoryMarshal.AsBytes(System.MemoryExtensions.AsSpan(pool)).ToArray()));
            weights.Add(new Weight("Columns", ElementType.Int32, MemoryMarshal.AsBytes(System.MemoryExtensions.AsSpan(columns)).ToArray()));
        }

        float[]? factors = node.Attributes.String("mode", "TF") != "TF" && node.Attributes.Floats("weights") is { } given ? [.. given.Take(context.Lengths(node.Outputs[0])[^1])] : null;
        if (factors is not null) weights.Add(Weight.Of("Factors", factors));
        bool isConverted = context.ElementType(node.Inputs[0]) != ElementType.Int64;
        return new TfIdfStep(node, x, context.Lengths(node.Outputs[0])[^1], [.. lengths.Select(g => g.Key)], isConverted, factors is not null)
        {
            Nodes = group.Nodes,
            Inputs = [node.Inputs[0]],
            Outputs = [node.Outputs[0]],
            Weights = weights.ToImmutable(),
            WorkspaceLength = isConverted ? x[^1] : 0,
            WorkspaceType = ElementType.Int64,
            Summary = $"TfIdfVectorizer of {lengths.Sum(g => g.Count())} n-grams",
        };
    }

    private sealed class TfIdfStep(Node node, int[] x, int columns, int[] lengths, bool isConverted, bool hasFactors) : Step
    {
        public override string Kernel => "TfIdf";

        public override void Emit(StepWriter writer)
        {
            writer.Line($"{writer.Output(0)}.Clear();");
            int length = x[x.Length - 1];
            if (length == 0 || lengths.Length == 0) return;
            using var nest = new LoopScope(writer);
            nest.Loop("n", x.Length == 1 ? 1 : x[0]);
            string row = $"{writer.Input(0)}.Slice({nest.Index(("n", length))}, {length})";
            if (isConverted)
            {
                writer.Line($"ReadOnlySpan<int> from = {row};");
                writer.Line($"for (int i = 0; i < from.Length; i++) {writer.Workspace}[i] = from[i];");
                row = writer.Workspace;
            }

            writer.Line($"Span<float> counts = {writer.Output(0)}.Slice({nest.Index(("n", columns))}, {columns});");
            for (int i = 0; i < lengths.Length; i++)
                writer.Line($"NGrams.Count({row}, length: {lengths[i]}, distances: {TfIdfVectorizer.Distances(node.Attributes, lengths[i], length)}, {writer.Weight(2 * i)}, {writer.Weight((2 * i) + 1)}, counts);");
            WriteWeighting(writer);
        }

        private void WriteWeighting(StepWriter writer)
        {
            string mode = node.Attributes.String("mode", "TF");
            if (mode == "TF" || (mode == "TFIDF" && !hasFactors)) return;
            if (hasFactors) writer.Line($"ReadOnlySpan<float> factors = {writer.Weight(2 * lengths.Length)};");
            string factor = hasFactors ? "factors[i]" : "1f";
            writer.Line($"for (int i = 0; i < counts.Length; i++) counts[i] {(mode == "IDF" ? $"= counts[i] > 0f ? {factor} : 0f" : $"*= {factor}")};");
        }
    }
}
