using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Execute;

/// <summary>A subgraph that runs any number of times: what it captures and its constants are looked up once.</summary>
internal sealed class BodyEvaluation
{
    private readonly Graph _body;
    private readonly Dictionary<string, ReferenceTensor> _fixed = new(StringComparer.Ordinal);
    private readonly CancellationToken _cancellationToken;

    public BodyEvaluation(Graph body, Func<string, ReferenceTensor> surroundings, CancellationToken cancellationToken)
    {
        _body = body;
        _cancellationToken = cancellationToken;
        foreach (string capture in GraphCaptures.Of(body)) _fixed[capture] = surroundings(capture);
        foreach (KeyValuePair<string, Tensor> initializer in body.Initializers) _fixed[initializer.Key] = ReferenceTensor.FromTensor(initializer.Value);
    }

    /// <summary>The subgraph.</summary>
    public Graph Body => _body;

    /// <summary>Runs the subgraph once.</summary>
    public ReferenceTensor[] Run(IReadOnlyList<ReferenceTensor> inputs)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        var values = new Dictionary<string, ReferenceTensor>(_fixed, StringComparer.Ordinal);
        for (int i = 0; i < inputs.Count; i++) values[_body.Inputs[i].Name] = inputs[i];
        ReferenceInterpreter.RunNodes(_body, values, _cancellationToken);
        return [.. _body.Outputs.Select(o => values[o.Name])];
    }
}
