using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.ControlFlow;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.ControlFlow;

/// <summary>Plans a Scan over tensors whose shape is known at run time only.</summary>
internal static class OpenScanPlanner
{
    /// <summary>Plans the step; null where opset 8 has a batch around it.</summary>
    public static Step? Plan(Node node, Graph graph, ScanForm form, Body body, int[] kept, int[] collected, KernelContext context)
    {
        if (form.Batch is not null) return null;
        ImmutableArray<string> captures = BodyPlanner.Captures(body, graph.Inputs.Length);
        string[] outputs = [.. node.Outputs.Where(o => o.Length > 0)];
        BufferNames names = BodyPlanner.Names(outputs.Length, "length", "i");
        var layout = new WorkspaceLayout();
        int arena = BodyPlanner.AddArena(layout, body);
        int Target(int k) => node.HasOutput(k) ? Array.IndexOf(outputs, node.Outputs[k]) : -1;
        LoopValue State(int k)
        {
            var type = (TensorType)graph.Inputs[k].Type!;
            return type.IsStatic ? CarriedValue.Create(k, graph.Inputs[k].Name, type, Array.IndexOf(kept, k), k, Target(k), names, layout)
                : OpenCarriedValue.Create(k, graph.Inputs[k].Name, type, LoopKernel.TypeOf(graph, k), Array.IndexOf(kept, k), k, Target(k), names);
        }

        ImmutableArray<LoopValue> values = [.. Enumerable.Range(0, form.States).Select(State)];
        ImmutableArray<OpenScanInput> inputs = [.. Enumerable.Range(0, form.Inputs).Select(k => OpenScanInput.Create(
            graph.Inputs[form.States + k], form.States + k, context.Type(node.Inputs[form.States + k]), form.InputAxes[k], form.IsReversed[k], names))];
        if (layout.Length > int.MaxValue) return null;
        return new OpenScanStep
        {
            Nodes = [node],
            Inputs = [.. node.Inputs, .. captures],
            InputNames = [.. values.Select(v => v.InitialName), .. inputs.Select(i => i.WholeName), .. BodyPlanner.CaptureNames(names, captures)],
            Outputs = [.. outputs],
            Bodies = [body],
            WorkspaceType = layout.Type,
            WorkspaceLength = (int)layout.Length,
            MultiplyAdds = body.Plan.MultiplyAdds,
            Summary = "Scan",
            Arena = arena,
            Layout = layout,
            Values = values,
            Scanned = inputs,
            Collected = [.. collected.Select(k => CollectedValue.Create(Array.IndexOf(kept, k), Target(k), node.Outputs[k], context.Type(node.Outputs[k]), LoopKernel.TypeOf(graph, k), names) with
            {
                IsListed = true,
                Axis = form.OutputAxis(context.Parameters(node), k - form.States, context.Type(node.Outputs[k]).Shape!.Rank),
                IsReversed = form.IsPrepended[k - form.States],
            })],
        };
    }
}
