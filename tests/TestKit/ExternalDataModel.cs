using System.Globalization;
using System.IO;
using Google.Protobuf;
using RedGen.Compiler.Import.Proto;

namespace RedGen.TestKit;

/// <summary>Moves a model's weights into a file beside it, as exporters of large models do.</summary>
public static class ExternalDataModel
{
    private const int External = 1;

    /// <summary>Rewrites a model whose initializers are raw.</summary>
    /// <param name="model">The model's bytes.</param>
    /// <param name="location">The file beside the model that will hold the weights.</param>
    public static (byte[] Model, byte[] Data) MoveWeights(byte[] model, string location)
    {
        ModelProto proto = ModelProto.Parser.ParseFrom(model);
        using var data = new MemoryStream();
        foreach (TensorProto tensor in proto.Graph.Initializer)
        {
            byte[] raw = tensor.RawData.ToByteArray();
            tensor.ClearRawData();
            tensor.DataLocation = External;
            tensor.ExternalData.Add(Entry("location", location));
            tensor.ExternalData.Add(Entry("offset", data.Length.ToString(CultureInfo.InvariantCulture)));
            tensor.ExternalData.Add(Entry("length", raw.Length.ToString(CultureInfo.InvariantCulture)));
            data.Write(raw);
        }

        return (proto.ToByteArray(), data.ToArray());
    }

    private static StringStringEntryProto Entry(string key, string value) => new() { Key = key, Value = value };
}
