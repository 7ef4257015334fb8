using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.ControlFlow;

/// <summary>Scan: a graph that runs for every slice of its inputs along an axis; it hands states on to its next run, and collects others.</summary>
internal sealed class Scan : ControlFlowOperator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Scan",
        Versions = [8, 9, 11, 16, 19, 21, 23, 24, 25],

        // Opset 8 has the lengths of the sequences in front, which may be left out.
        Inputs = [new("initial_state_and_scan_inputs", TypeSet.Any, Arity.VariadicOrNone)],
        Outputs = [new("final_state_and_scan_outputs", TypeSet.Any, Arity.Variadic)],
        Attributes =
        [
            new("body", AttributeKind.Graph, Required: true), new("num_scan_inputs", AttributeKind.Int, Required: true),
            new("directions", AttributeKind.Ints, Until: 8), new("scan_input_directions", AttributeKind.Ints, Since: 9), new("scan_output_directions", AttributeKind.Ints, Since: 9),
            new("scan_input_axes", AttributeKind.Ints, Since: 9), new("scan_output_axes", AttributeKind.Ints, Since: 9),
        ],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        Graph body = Body(context.Node, "body");
        ScanForm form = ScanForm.Read(context, body);
        body = Subgraphs(context).Infer(body, [.. Enumerable.Range(0, form.States + form.Inputs).Select(i => (Graphs.ValueType)Element(context, form, i))]);
        context.SetBody("body", body);
        for (int k = 0; k < form.States; k++) InferState(context, form, body, k);
        for (int k = 0; k < form.Outputs; k++)
        {
            if (!context.Node.HasOutput(form.States + k)) continue;
            TensorType slice = OutputType(context, body, form.States + k);
            if (slice.Shape is not { } shape || (!slice.IsStatic && !slice.IsOpen)) throw context.Dynamic("the rank of what it collects in output '" + context.Node.Outputs[form.States + k] + "' is not known at build time");
            int output = form.States + k, axis = form.OutputAxis(context, k, shape.Rank + 1);
            List<Dimension> dimensions = [.. shape.Dimensions.Select((d, at) => d.IsConstant ? d : context.Open(output, at < axis ? at : at + 1, d.Limit))];
            dimensions.Insert(axis, form.Length is { } length ? length : form.OpenLength(context));
            if (form.Batch is { } batch) dimensions.Insert(0, batch);
            context.SetOutput(output, slice.ElementType, new Shape([.. dimensions]));
        }
    }

    /// <summary>The type of a state, or of a slice of a scanned input, as the body gets it.</summary>
    private static TensorType Element(InferenceContext context, ScanForm form, int index)
    {
        List<Dimension> dimensions = [.. context.Shape(form.First + index).Dimensions];
        if (index >= form.States) dimensions.RemoveAt(form.InputAxes[index - form.States]);
        if (form.Batch is not null) dimensions.RemoveAt(0);
        return new TensorType(context.Type(form.First + index), new Shape([.. dimensions]));
    }

    private static void InferState(InferenceContext context, ScanForm form, Graph body, int index)
    {
        TensorType given = Element(context, form, index);
        TensorType next = OutputType(context, body, index);
        string name = "'" + body.Inputs[index].Name + "'";
        if (next.ElementType != given.ElementType) throw context.WrongType("the state " + name + " is " + given + ", the body makes " + next + " of it");
        if (!next.Equals(given) && next.IsOpen && next.Shape!.Rank == given.Shape!.Rank) throw context.Dynamic("whether the body keeps the shape of the state " + name + ", " + given.Shape + ", is not known at build time");
        if (!next.Equals(given)) throw context.Fail("the body changes the shape of the state " + name + " from " + given.Shape + " to " + next.Shape);
        context.SetOutput(index, context.Type(form.First + index), context.Shape(form.First + index));
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        BodyEvaluation body = context.Body("body");
        ScanForm form = ScanForm.Read(context.Parameters, body.Body);
        if (form.Batch is not { } batch)
        {
            ReferenceTensor[] results = Run(context, form, body, [.. Enumerable.Range(0, form.States + form.Inputs).Select(context.Input)], form.Length!.Value);
            for (int k = 0; k < context.Node.Outputs.Length; k++) context.SetOutput(k, results[k]);
            return;
        }

        long[] lengths = context.OptionalInput(0)?.Integers ?? [.. Enumerable.Repeat((long)form.Length!.Value, batch)];
        var rows = new ReferenceTensor[batch][];
        for (int n = 0; n < batch; n++)
        {
            if (lengths[n] < 0 || lengths[n] > form.Length) throw new ArgumentException(context.Node.Label + ": the length " + lengths[n] + " of a sequence is outside 0 … " + form.Length + ".");
            rows[n] = Run(context, form, body, [.. Enumerable.Range(0, form.States + form.Inputs).Select(i => AxisSlices.Take(context.Input(form.First + i), 0, n))], (int)lengths[n]);
        }

        for (int k = 0; k < context.Node.Outputs.Length; k++) context.SetOutput(k, AxisSlices.Stack([.. rows.Select(r => r[k])], 0, context.OutputType(k), context.Node));
    }

    /// <summary>One sequence: its final states and what it collects, filled up with zeros behind its end.</summary>
    private static ReferenceTensor[] Run(EvaluationContext context, ScanForm form, BodyEvaluation body, ReferenceTensor[] inputs, int length)
    {
        int shift = form.Batch is null ? 0 : 1;
        ReferenceTensor[] states = [.. inputs.Take(form.States)];
        List<ReferenceTensor>[] collected = [.. Enumerable.Range(0, form.Outputs).Select(_ => new List<ReferenceTensor>())];
        for (int t = 0; t < length; t++)
        {
            ReferenceTensor[] slices = [.. Enumerable.Range(0, form.Inputs).Select(i => AxisSlices.Take(inputs[form.States + i], form.InputAxes[i] - shift, form.IsReversed[i] ? form.Length!.Value - 1 - t : t))];
            ReferenceTensor[] outputs = body.Run([.. states, .. slices]);
            states = [.. outputs.Take(form.States)];
            for (int k = 0; k < form.Outputs; k++) collected[k].Insert(form.IsPrepended[k] ? 0 : collected[k].Count, outputs[form.States + k]);
        }

        IEnumerable<ReferenceTensor> Stacked()
        {
            for (int k = 0; k < form.Outputs; k++)
            {
                TensorType type = context.OutputType(form.States + k);
                type = type with { Shape = new Shape([.. type.Shape!.Dimensions.Skip(shift)]) };
                int axis = form.OutputAxis(context.Parameters, k, type.Shape.Rank);
                while (collected[k].Count < form.Length) collected[k].Add(new ReferenceTensor(type.ElementType, [.. type.Shape.ToArray().Where((_, i) => i != axis)]));
                yield return AxisSlices.Stack(collected[k], axis, type, context.Node);
            }
        }

        return [.. states, .. Stacked()];
    }
}
