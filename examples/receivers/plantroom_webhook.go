// Package plantroom checks deliveries of Plantroom: one file, nothing but the standard library.
//
// Take the body as it came, before anything parses it. Answer 200 at once, then do the work; deduplicate
// on Event.ID; the header webhook-sequence counts 1, 2, 3 and so on per endpoint.
package plantroom

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const prefix = "whsec_"

// VerificationError says in one word why a request is no genuine delivery.
type VerificationError string

func (reason VerificationError) Error() string { return "not a delivery: " + string(reason) }

// Event is the body of a delivery.
type Event struct {
	ID   string          `json:"id"`
	Type string          `json:"type"`
	Data json.RawMessage `json:"data"`
}

// Headers are those of the request: http.Header is one.
type Headers interface{ Get(name string) string }

type scheme struct {
	timestamp string
	head      string
	given     [][]byte
	keyOf     func(secret string) []byte
}

// Verify gives the event in a delivery. secrets: the endpoint's, both while one is being rotated.
func Verify(rawBody []byte, headers Headers, secrets []string, tolerance time.Duration, now time.Time) (*Event, error) {
	for _, secret := range secrets {
		if !strings.HasPrefix(secret, prefix) {
			return nil, VerificationError("secret-malformed")
		}
	}
	if len(secrets) == 0 {
		return nil, VerificationError("secret-malformed")
	}
	schemes, err := readSchemes(headers)
	if err != nil {
		return nil, err
	}
	fitting := findFitting(schemes, secrets, rawBody)
	if fitting == nil {
		return nil, VerificationError("signature-wrong")
	}
	seconds, _ := strconv.ParseInt(fitting.timestamp, 10, 64)
	if now.Sub(time.Unix(seconds, 0)).Abs() > tolerance {
		return nil, VerificationError("time-off")
	}
	event := Event{}
	if json.Unmarshal(rawBody, &event) != nil || event.Type == "" {
		return nil, VerificationError("not-an-event")
	}
	return &event, nil
}

func readSchemes(headers Headers) ([]scheme, error) {
	get := func(name string) string { return strings.TrimSpace(headers.Get(name)) }
	id, timestamp := get("webhook-id"), get("webhook-timestamp")
	schemes := []scheme{}
	if value := get("x-infodeck-signature"); value != "" {
		one := scheme{keyOf: func(secret string) []byte { return []byte(secret) }}
		for _, part := range strings.Split(value, ",") {
			part = strings.TrimSpace(part)
			if moment, isTime := strings.CutPrefix(part, "t="); isTime {
				one.timestamp, one.head = moment, moment+"."
			} else if signature, isOurs := strings.CutPrefix(part, "v1="); isOurs {
				bytes, _ := hex.DecodeString(signature)
				one.given = append(one.given, bytes)
			}
		}
		schemes = append(schemes, one)
	}
	if value := get("webhook-signature"); value != "" && id != "" && timestamp != "" {
		one := scheme{timestamp: timestamp, head: id + "." + timestamp + ".", keyOf: decode}
		for _, part := range strings.Split(value, " ") {
			if signature, isOurs := strings.CutPrefix(part, "v1,"); isOurs {
				bytes, _ := base64.StdEncoding.DecodeString(signature)
				one.given = append(one.given, bytes)
			}
		}
		schemes = append(schemes, one)
	}
	if len(schemes) == 0 {
		return nil, VerificationError("header-missing")
	}
	for _, one := range schemes {
		if len(one.given) == 0 || !digits.MatchString(one.timestamp) {
			return nil, VerificationError("header-malformed")
		}
	}
	return schemes, nil
}

var digits = regexp.MustCompile(`^[0-9]{1,12}$`)

func decode(secret string) []byte {
	bytes, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, prefix))
	return bytes
}

func findFitting(schemes []scheme, secrets []string, rawBody []byte) *scheme {
	for at := range schemes {
		for _, secret := range secrets {
			mac := hmac.New(sha256.New, schemes[at].keyOf(secret))
			mac.Write([]byte(schemes[at].head))
			mac.Write(rawBody)
			expected := mac.Sum(nil)
			for _, given := range schemes[at].given {
				if hmac.Equal(given, expected) {
					return &schemes[at]
				}
			}
		}
	}
	return nil
}
