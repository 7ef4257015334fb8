using System;
using System.Collections.Generic;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Operators.Pooling;

namespace RedGen.Compiler.Kernels.Linear;

/// <summary>The plain loops of a convolution: over batch, groups, output channels and positions, and inside over input channels and taps.</summary>
internal static class ConvLoops
{
    /// <summary>Writes the nest.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="layer">The convolution.</param>
    /// <param name="begin">Writes what comes before the taps; gets the text of the output channel.</param>
    /// <param name="tap">Writes one tap; gets the texts of the output channel, and of the indices into input and weights.</param>
    /// <param name="end">Writes what comes after; gets the texts of the output channel, and of the index into the output.</param>
    public static void Write(StepWriter writer, ConvLayer layer, Action<string> begin, Action<string, string, string> tap, Action<string, string> end)
    {
        WindowGeometry window = layer.Window;
        int groupInputs = layer.InChannels / layer.Groups;
        int groupOutputs = layer.OutChannels / layer.Groups;
        using var nest = new LoopScope(writer);
        nest.Loop("n", layer.Batch).Loop("g", layer.Groups).Loop("oc", groupOutputs);
        WindowLoops.OverOutputs(nest, window);
        string channel = nest.Index(("g", groupOutputs), ("oc", 1));
        begin(channel);
        using (var taps = new LoopScope(writer))
        {
            taps.Loop("ic", groupInputs);
            string inside = WindowLoops.OverTaps(writer, nest, taps, window);
            string plane = Index(nest, taps, ("n", layer.InChannels * window.InLength), ("g", groupInputs * window.InLength), ("ic", window.InLength));
            string x = plane == "0" ? inside : inside == "0" ? plane : Parenthesised(plane) + " + " + inside;
            string w = Index(nest, taps, [("g", groupOutputs * layer.Taps), ("oc", layer.Taps), ("ic", window.KernelLength), .. WindowLoops.TapTerms(window)]);
            tap(channel, x, w);
        }

        end(channel, nest.Index([("n", layer.OutChannels * window.OutLength), ("g", groupOutputs * window.OutLength), ("oc", window.OutLength), .. WindowLoops.OutputTerms(window)]));
    }

    private static string Parenthesised(string sum) => sum.Contains(" + ") || !sum.Contains(" ") ? sum : "(" + sum + ")";

    private static string Index(LoopScope outer, LoopScope inner, params (string Variable, int Stride)[] terms)
    {
        var open = new List<string>();
        foreach ((string variable, _) in terms)
            if (outer.Has(variable) || inner.Has(variable)) open.Add(variable);
        return LoopScope.Index(open, terms);
    }
}
