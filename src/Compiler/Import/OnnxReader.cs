using System;
using System.Collections.Immutable;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import.Proto;

namespace RedGen.Compiler.Import;

/// <summary>
/// Reads ONNX files. This and its neighbours in Import/ are the only code that knows protobuf. Every malformed or hostile
/// file ends in diagnostics, within time and memory that are linear in the file's size.
/// </summary>
public static class OnnxReader
{
    private const int OldestIrVersion = 3;
    private const int NewestIrVersion = 13;

    /// <summary>Reads a model.</summary>
    /// <param name="source">The file, and the way to external data.</param>
    /// <param name="diagnostics">Takes all problems.</param>
    /// <param name="cancellation">Ends the reading with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>
    /// The model, or null when the file holds no consistent graph. There can be errors beside a model (an unsupported opset or
    /// element type), so that later stages can add theirs; it must not be compiled then.
    /// </returns>
    public static Model? Read(ModelSource source, DiagnosticBag diagnostics, CancellationToken cancellation)
        => AtSeam(diagnostics, () => ReadModel(source, new ReadContext(source, diagnostics, cancellation)));

    /// <summary>Reads a tensor file, as ONNX's test data have them (<c>input_0.pb</c>); null after an error.</summary>
    public static Tensor? ReadTensor(ReadOnlyMemory<byte> bytes, DiagnosticBag diagnostics) => ReadNamedTensor(bytes, diagnostics)?.Tensor;

    /// <summary>Reads a tensor file with the tensor's name, empty where it has none; null after an error.</summary>
    public static NamedTensor? ReadNamedTensor(ReadOnlyMemory<byte> bytes, DiagnosticBag diagnostics)
        => AtSeam(diagnostics, () =>
        {
            var context = new ReadContext(ModelSource.FromBytes("", bytes), diagnostics, CancellationToken.None);
            TensorProto proto = Parse(bytes, TensorProto.Parser, TensorProto.Descriptor, CancellationToken.None);
            Tensor tensor = TensorReader.Read(proto, "tensor '" + ReadContext.Shorten(proto.Name) + "'", context);
            return context.IsBroken ? null : new NamedTensor(proto.Name, tensor);
        });

    /// <summary>The one place where exceptions end: no file may bring the compiler down.</summary>
    private static T? AtSeam<T>(DiagnosticBag diagnostics, Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (ModelException e)
        {
            diagnostics.Add(e.Diagnostic);
        }
        catch (InvalidProtocolBufferException e)
        {
            diagnostics.Add(DiagnosticCatalog.Malformed.With(e.Message));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            diagnostics.Add(DiagnosticCatalog.InternalError.With("Import", e.GetType().Name + ": " + e.Message));
        }

        return null;
    }

    private static Model? ReadModel(ModelSource source, ReadContext context)
    {
        if (Mistaken(source.Bytes.Span) is { } kind) throw new ModelException(DiagnosticCatalog.NotOnnx.With(kind));
        ModelProto proto = Parse(source.Bytes, ModelProto.Parser, ModelProto.Descriptor, context.Cancellation);
        if (proto.Graph is null) throw new ModelException(DiagnosticCatalog.NotOnnx.With("it holds no graph"));
        if (proto.IrVersion > NewestIrVersion)
            context.Report(DiagnosticCatalog.NewerIrVersion.With(ReadContext.Text(proto.IrVersion), ReadContext.Text(NewestIrVersion)));
        else if (proto.IrVersion < OldestIrVersion)
            throw new ModelException(DiagnosticCatalog.NotOnnx.With("its IR version is " + ReadContext.Text(proto.IrVersion) + ", RedGen reads " + ReadContext.Text(OldestIrVersion) + " and newer"));
        ImmutableSortedDictionary<string, int> opsets = OpsetReader.Read(proto.OpsetImport, context);
        ImmutableArray<Function> functions = FunctionReader.ReadAll(proto, opsets, context);
        Graph graph = new GraphReader(context, opsets).Read(proto.Graph, null);
        if (context.IsBroken) return null;
        string producer = (proto.ProducerName + " " + proto.ProducerVersion).Trim();
        return new Model(graph, functions, opsets, proto.IrVersion, producer, proto.DocString)
        {
            DefaultedInputs = [.. proto.Graph.Input.Select(i => i.Name).Where(graph.Initializers.ContainsKey)],
        };
    }

    private static T Parse<T>(ReadOnlyMemory<byte> bytes, MessageParser<T> parser, MessageDescriptor type, CancellationToken cancellation)
        where T : IMessage<T>
    {
        if (bytes.IsEmpty) throw new ModelException(DiagnosticCatalog.NotOnnx.With("the file is empty"));
        bool isWholeArray = MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length;
        byte[] file = isWholeArray ? segment.Array! : bytes.ToArray();
        WireScan.Check(file, type, cancellation);
        return parser.ParseFrom(file);
    }

    /// <summary>What the file is, where it is one of the things that end up under the name .onnx by mistake.</summary>
    private static string? Mistaken(ReadOnlySpan<byte> bytes)
    {
        if (StartsWith(bytes, "version https://git-lfs")) return "it is a Git LFS pointer; run 'git lfs pull'";
        if (StartsWith(bytes, "PK\u0003\u0004")) return "it is a ZIP archive, perhaps a PyTorch file; export the network to ONNX";
        if (StartsWith(bytes, "<")) return "it is a text file, perhaps a web page saved by a failed download";
        if (bytes.Length >= 8 && StartsWith(bytes.Slice(4), "TFL3")) return "it is a TensorFlow Lite file";
        if (bytes.Length >= 8 && StartsWith(bytes.Slice(4), "ORTM")) return "it is a file in ONNX Runtime's own format";
        return StartsWith(bytes, "\u0089HDF") ? "it is an HDF5 file, perhaps of Keras" : null;
    }

    private static bool StartsWith(ReadOnlySpan<byte> bytes, string text)
    {
        if (bytes.Length < text.Length) return false;
        for (int i = 0; i < text.Length; i++)
            if (bytes[i] != text[i]) return false;
        return true;
    }
}

/// <summary>A tensor of a file of its own.</summary>
/// <param name="Name">Its name; empty where it has none.</param>
/// <param name="Tensor">The tensor.</param>
public sealed record NamedTensor(string Name, Tensor Tensor);
