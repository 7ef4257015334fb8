using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Verify.Properties;

namespace RedGen.Compiler.Verify.VnnLib;

/// <summary>
/// The names of inputs and outputs in a property file: <c>X_0</c>, <c>Y_3</c> of VNN-LIB 1.0, <c>X[0,2]</c> of VNN-LIB 2.0. Every name is
/// an element's index, the outputs of all networks after the inputs of all.
/// </summary>
internal sealed class VnnVariables(IReadOnlyList<NetworkSignature> models)
{
    private readonly HashSet<string> _constants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, VnnTensor> _tensors = new(StringComparer.Ordinal);
    private readonly List<VnnNetwork> _declared = [];
    private readonly List<NetworkUse> _networks = [];
    private readonly int _inputs = models[0].InputLength;
    private readonly int _outputs = models[0].OutputLength;

    /// <summary>The number of input elements of all networks.</summary>
    public int Inputs => _networks.Count == 0 ? _inputs : _networks.Sum(static n => n.Inputs.Length);

    /// <summary>The number of output elements of all networks.</summary>
    public int Outputs => _networks.Count == 0 ? _outputs : _networks.Sum(static n => n.Outputs);

    /// <summary>The networks; empty where the file is about one, whose elements are the file's.</summary>
    public ImmutableArray<NetworkUse> Networks => _networks.Count > 1 ? [.. _networks] : [];

    /// <summary>How an element is named in messages.</summary>
    public string NameOf(int index)
    {
        (bool isInput, int at) = index < Inputs ? (true, index) : (false, index - Inputs);
        if (_tensors.Values.FirstOrDefault(t => t.IsInput == isInput && at >= t.Start && at < t.Start + t.Length) is not { } tensor) return (isInput ? "X_" : "Y_") + Text(at);
        (int rest, var indices) = (at - tensor.Start, new string[tensor.Shape.Length]);
        for (int axis = indices.Length - 1; axis >= 0; rest /= tensor.Shape[axis--]) indices[axis] = Text(rest % tensor.Shape[axis]);
        return indices.Length == 0 ? tensor.Name : tensor.Name + "[" + string.Join(",", indices) + "]";
    }

    /// <summary>Reads <c>(declare-const X_0 Real)</c> or <c>(declare-fun X_0 () Real)</c>.</summary>
    public void DeclareConstant(VnnExpression declaration)
    {
        if (_declared.Count > 0) throw Error(declaration, "a file declares networks or single elements, not both");
        string? name = declaration.Items.Count > 1 ? declaration.Items[1].Word : null;
        if (name is null || declaration.Items[declaration.Items.Count - 1].Word != "Real")
            throw Error(declaration, "a declaration has the form (declare-const X_0 Real)");
        if (Element(name) is not { } index) throw Error(declaration.Items[1], "'" + name + "' is not the name of an input (X_0, X_1, …) or output (Y_0, …)");
        if (index < 0) throw Error(declaration.Items[1], "'" + name + "' is beyond the network's " + Text(_inputs) + " inputs and " + Text(_outputs) + " outputs");
        if (!_constants.Add(name)) throw Error(declaration.Items[1], "'" + name + "' is declared twice");
    }

    /// <summary>Reads a <c>declare-network</c>.</summary>
    public void DeclareNetwork(VnnExpression declaration)
    {
        if (_constants.Count > 0) throw Error(declaration, "a file declares networks or single elements, not both");
        VnnNetwork network = VnnNetwork.Read(declaration);
        if (_declared.Any(d => d.Name == network.Name)) throw Error(declaration.Items[1], "network '" + network.Name + "' is declared twice");
        string other = network.EqualTo + network.IsomorphicTo;
        if (other.Length > 0 && !_declared.Any(d => d.Name == other)) throw Error(declaration, "network '" + network.Name + "' is compared with '" + other + "', which is not declared before it");
        int model = ModelOf(network);
        if (network.IsomorphicTo.Length > 0) CheckStructure(network, models[model], models[_networks.Find(n => n.Name == network.IsomorphicTo)!.Model]);
        (int inputs, int outputs) = (_networks.Sum(static n => n.Inputs.Length), _networks.Sum(static n => n.Outputs));
        foreach (VnnTensor tensor in network.Match(models[model], inputs, outputs))
        {
            if (_tensors.ContainsKey(tensor.Name)) throw Error(declaration, "'" + tensor.Name + "' is declared twice");
            _tensors.Add(tensor.Name, tensor);
        }

        _declared.Add(network);
        _networks.Add(new NetworkUse(network.Name, model, [.. Enumerable.Range(inputs, models[model].InputLength)], models[model].OutputLength));
    }

    /// <summary>Checks, before the first assertion is read, that the file is about networks of this size, and about all of them.</summary>
    public void CheckComplete(VnnExpression at)
    {
        if (_networks.Count > 0)
        {
            int unused = Enumerable.Range(0, models.Count).Where(m => _networks.TrueForAll(n => n.Model != m)).DefaultIfEmpty(-1).First();
            if (unused >= 0) throw Error(at, FormattableString.Invariant($"the file declares {_networks.Count} networks and {models.Count} models are given: one is about nothing"));
            return;
        }

        if (models.Count > 1) throw new PropertyException(FormattableString.Invariant($"the file is about one network, {models.Count} models are given"), at.Line, 1);
        for (int i = 0; i < _inputs + _outputs; i++)
            if (!_constants.Contains(NameOf(i))) throw new PropertyException("the network's element " + NameOf(i) + " is not declared", at.Line, 1);
    }

    /// <summary>The element that a word names.</summary>
    public int Find(VnnExpression word)
    {
        string name = word.Word!;
        if (_constants.Contains(name)) return Element(name)!.Value;
        int bracket = name.IndexOf('[');
        if (_tensors.TryGetValue(bracket < 0 ? name : name.Substring(0, bracket), out VnnTensor? tensor))
            return (tensor.IsInput ? 0 : Inputs) + tensor.Start + Offset(word, bracket < 0 ? ImmutableArray<int>.Empty : VnnNetwork.Indices(name.Substring(bracket)), tensor.Shape);
        throw Error(word, "'" + name + "' is not declared");
    }

    /// <summary>The model of a network: that of the one it equals, the one given by its name, or the next one.</summary>
    private int ModelOf(VnnNetwork network)
    {
        if (network.EqualTo.Length > 0) return _networks.Find(n => n.Name == network.EqualTo)!.Model;
        for (int m = 0; m < models.Count; m++)
            if (models[m].Name == network.Name) return m;
        for (int m = 0; m < models.Count; m++)
            if (models[m].Name.Length == 0 && _networks.TrueForAll(n => n.Model != m)) return m;
        throw Error(network.At, "network '" + network.Name + "' has no model: " + Text(models.Count) + (models.Count == 1 ? " is given" : " are given"));
    }

    private static void CheckStructure(VnnNetwork network, NetworkSignature model, NetworkSignature other)
    {
        if (model.Structure != other.Structure)
            throw Error(network.At, "the model of network '" + network.Name + "' has not the structure of that of '" + network.IsomorphicTo + "': leave (isomorphic-to " + network.IsomorphicTo + ") out");
    }

    private static int Offset(VnnExpression word, ImmutableArray<int>? indices, ImmutableArray<int> shape)
    {
        // A tensor of one element may be named without indices.
        if (indices is { Length: 0 } && shape.All(static d => d == 1)) return 0;
        if (indices is not { } own || own.Length != shape.Length) throw Error(word, "'" + word.Word + "' needs an index for each of " + Text(shape.Length) + " dimensions");
        int offset = 0;
        for (int i = 0; i < shape.Length; i++)
        {
            if (own[i] >= shape[i]) throw Error(word, "'" + word.Word + "' is outside of the shape [" + string.Join(",", shape.Select(Text)) + "]");
            offset = (offset * shape[i]) + own[i];
        }

        return offset;
    }

    /// <summary>The index that <c>X_3</c> or <c>Y_3</c> stands for; negative where the network has no such element, null for other words.</summary>
    private int? Element(string name)
    {
        if (name.Length < 3 || name[0] is not ('X' or 'Y') || name[1] != '_') return null;
        if (!int.TryParse(name.Substring(2), NumberStyles.None, CultureInfo.InvariantCulture, out int index)) return null;
        if (index >= (name[0] == 'X' ? _inputs : _outputs)) return -1;
        return name[0] == 'X' ? index : _inputs + index;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static PropertyException Error(VnnExpression at, string message) => new(message, at.Line, at.Column);
}
