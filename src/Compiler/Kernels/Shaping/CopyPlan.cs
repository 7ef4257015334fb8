using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Runtime.InteropServices;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>Makes the step for an operator that copies elements: a view where source and target are the same, else loops.</summary>
internal static class CopyPlan
{
    /// <summary>Plans a node whose outputs are made by copies, after filling them with a constant where one is given.</summary>
    /// <param name="node">The node.</param>
    /// <param name="inputs">The values read.</param>
    /// <param name="copies">The copies; null entries have nothing to do.</param>
    /// <param name="context">The graph.</param>
    /// <param name="summary">What the step does.</param>
    /// <param name="fill">The C# expression of the value that the outputs are filled with first, from the names of the inputs.</param>
    /// <param name="check">Writes statements that come first: what must hold at run time.</param>
    public static Step? Make(Node node, ImmutableArray<string> inputs, IEnumerable<StridedCopy?> copies, KernelContext context, string summary, System.Func<StepWriter, string>? fill = null, System.Action<StepWriter>? check = null)
    {
        ImmutableArray<string> outputs = TrimmedOutputs(node);
        if (inputs.Concat(outputs).Any(v => v.Length > 0 && !CanMove(context.ElementType(v)))) return null;
        ImmutableArray<StridedCopy> all = [.. copies.Where(c => c is not null && c.Target < outputs.Length && outputs[c.Target].Length > 0).Select(c => c!)];
        if (check is null && all.Length == 1 && outputs.Length == 1 && all[0].IsContiguous && all[0].Count == context.Count(inputs[all[0].Source]) && all[0].Count == context.Count(outputs[0]))
            return ViewStep.Create(node, inputs[all[0].Source], summary);
        return new CopyElements(all, fill, check)
        {
            Nodes = [node],
            Inputs = inputs,
            Outputs = outputs,
            Summary = summary,
            Weights = [.. all.SelectMany(c => c.Axes).Where(a => a.Map is not null).Select(a => IndexWeight("Positions", a.Map!))],
        };
    }

    /// <summary>Whether generated code can hold elements of a type.</summary>
    public static bool CanMove(ElementType type) => type != ElementType.String && type.CSharpName() is not null;

    /// <summary>A table of positions as a constant.</summary>
    public static Weight IndexWeight(string role, int[] positions)
        => new(role, ElementType.Int32, MemoryMarshal.AsBytes(System.MemoryExtensions.AsSpan(positions)).ToArray());

    /// <summary>The outputs without left-out ones at the end.</summary>
    public static ImmutableArray<string> TrimmedOutputs(Node node)
    {
        int count = node.Outputs.Length;
        while (count > 1 && node.Outputs[count - 1].Length == 0) count--;
        return ImmutableArray.Create(node.Outputs, 0, count);
    }

    private sealed class CopyElements(ImmutableArray<StridedCopy> copies, System.Func<StepWriter, string>? fill, System.Action<StepWriter>? check, bool isPlaced = false) : Step
    {
        public override string Kernel => IsView ? "Placed" : "Copy";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override bool IsView => isPlaced;

        internal override ImmutableArray<CopiedPart> Parts => fill is not null || check is not null ? []
            : [.. copies.Where(static c => c.IsContiguous).Select(PartOf)];

        internal override Step Without(ImmutableArray<CopiedPart> parts)
        {
            ImmutableArray<StridedCopy> left = copies.RemoveAll(c => c.IsContiguous && parts.Contains(PartOf(c)));
            if (left.IsEmpty) return Like(this, left, Inputs, Outputs, isPlaced: true);
            // The method that remains sees only what it still copies: a part of the caller's input cannot be passed to be written.
            int[] sources = [.. left.Select(static c => c.Source).Distinct().OrderBy(static k => k)];
            int[] targets = [.. left.Select(static c => c.Target).Distinct().OrderBy(static k => k)];
            left = [.. left.Select(c => c with { Source = System.Array.IndexOf(sources, c.Source), Target = System.Array.IndexOf(targets, c.Target) })];
            return Like(this, left, [.. sources.Select(k => Inputs[k])], [.. targets.Select(k => Outputs[k])], isPlaced: false);
        }

        private static CopyElements Like(CopyElements step, ImmutableArray<StridedCopy> copies, ImmutableArray<string> inputs, ImmutableArray<string> outputs, bool isPlaced) => new(copies, null, null, isPlaced)
        {
            Nodes = step.Nodes,
            Inputs = inputs,
            Outputs = outputs,
            Summary = step.Summary,
            Weights = step.Weights,
        };

        private static CopiedPart PartOf(StridedCopy copy) => new(copy.Source, copy.Target, copy.FromOffset, copy.ToOffset, (int)copy.Count);

        public override void Emit(StepWriter writer)
        {
            check?.Invoke(writer);
            if (fill is not null) writer.Line(LiteralText.Fill(writer.Output(0), fill(writer)));
            else if (copies.IsEmpty) writer.Line("// The tensor is empty.");
            for (int i = 0; i < Weights.Length; i++) writer.Line($"ReadOnlySpan<int> {MapName(i)} = {writer.Weight(i)};");
            int map = 0;
            foreach (StridedCopy copy in copies)
            {
                int count = copy.Axes.Count(a => a.Map is not null);
                StridedCopyWriter.Write(writer, copy, [.. Enumerable.Range(map, count).Select(MapName)]);
                map += count;
            }
        }

        private string MapName(int index) => Weights.Length == 1 ? "positions" : "positions" + IndexText.Number(index + 1);
    }
}
