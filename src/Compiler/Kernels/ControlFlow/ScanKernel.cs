using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.ControlFlow;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.ControlFlow;

/// <summary>Scan: a C# loop that calls a method. Slices that are contiguous are read and written where they stand, others are copied.</summary>
internal sealed class ScanKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle) return null;
        Graph graph = ControlFlowOperator.Body(node, "body");
        ScanForm form = ScanForm.Read(context.Parameters(node), graph);
        int[] carried = [.. Enumerable.Range(0, form.States).Where(k => graph.Outputs[k].Name != graph.Inputs[k].Name)];
        int[] collected = [.. Enumerable.Range(form.States, form.Outputs).Where(node.HasOutput)];
        int[] kept = [.. carried, .. collected];
        if (BodyPlanner.Plan(context, graph, kept, "Body", "One run of the body of " + node.Name) is not { } body) return null;

        if (IsOpen(node, graph, form, context)) return OpenScanPlanner.Plan(node, graph, form, body, kept, collected, context);
        bool hasLengths = form.Batch is not null && node.HasInput(0);
        int shift = hasLengths ? 1 : 0;
        ImmutableArray<string> captures = BodyPlanner.Captures(body, graph.Inputs.Length);
        string[] outputs = [.. node.Outputs.Where(o => o.Length > 0)];
        BufferNames names = BodyPlanner.Names(outputs.Length, "lengths", "length", "n", "i", "j");
        var layout = new WorkspaceLayout();
        int arena = BodyPlanner.AddArena(layout, body);
        int Target(int k) => node.HasOutput(k) ? System.Array.IndexOf(outputs, node.Outputs[k]) : -1;
        ImmutableArray<CarriedValue> values = [.. Enumerable.Range(0, form.States).Select(k => CarriedValue.Create(
            k, graph.Inputs[k].Name, (TensorType)graph.Inputs[k].Type!, System.Array.IndexOf(kept, k), shift + k, Target(k), names, layout))];
        ImmutableArray<ScanSlice> inputs = [.. Enumerable.Range(0, form.Inputs).Select(k => ScanSlice.Create(
            graph.Inputs[form.States + k].Name, -1, shift + form.States + k, context.Type(node.Inputs[form.First + form.States + k]), form.InputAxes[k], form.Batch is not null, form.IsReversed[k], names, layout))];
        ImmutableArray<ScanSlice> slices = [.. collected.Select(k => ScanSlice.Create(
            graph.Outputs[k].Name, System.Array.IndexOf(kept, k), Target(k), context.Type(node.Outputs[k]), OutputAxis(form, context, node, k), form.Batch is not null, form.IsPrepended[k - form.States], names, layout))];
        if (layout.Length > int.MaxValue) return null;
        int length = form.Length!.Value;
        long trips = (long)length * (form.Batch ?? 1);
        return new ScanStep
        {
            Nodes = [node],
            Inputs = [.. hasLengths ? (string[])[node.Inputs[0]] : [], .. node.Inputs.Skip(form.First), .. captures],
            InputNames = [.. hasLengths ? (string[])["lengths"] : [], .. values.Select(v => v.InitialName), .. inputs.Select(s => s.WholeName), .. BodyPlanner.CaptureNames(names, captures)],
            Outputs = [.. outputs],
            Bodies = [body],
            WorkspaceType = layout.Type,
            WorkspaceLength = (int)layout.Length,
            MultiplyAdds = body.Plan.MultiplyAdds * trips,
            Summary = "Scan of length " + length + (form.Batch is { } batch ? ", batch " + batch : ""),
            Arena = arena,
            Layout = layout,
            Values = values,
            Scanned = inputs,
            Collected = slices,
            Length = length,
            Batch = form.Batch,
            HasLengths = hasLengths,
        };
    }

    private static bool IsOpen(Node node, Graph body, ScanForm form, KernelContext context)
        => form.Length is null || node.Inputs.Skip(form.First).Any(i => !context.Type(i).IsStatic) || body.Outputs.Select((_, k) => LoopKernel.TypeOf(body, k)).Any(t => !t.IsStatic);

    private static int OutputAxis(ScanForm form, KernelContext context, Node node, int output)
        => form.Batch is not null ? 1 : form.OutputAxis(context.Parameters(node), output - form.States, context.Type(node.Outputs[output]).Shape!.Rank);
}
